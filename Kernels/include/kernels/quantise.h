#ifndef ASSAY_KERNELS_QUANTISE_H
#define ASSAY_KERNELS_QUANTISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Integers of 8 or 4 bits. Each group of a row's elements has a scale; an integer is a multiple of
// it. Two integers of 4 bits share a byte, so groups are even.

// out (rows, C bits/8 bytes), scales (rows,C/group) of in (rows,C; leading dimension ldi).
void quantise_rows(uint8_t *out, float *scales, const float *in, int bits, size_t rows,
                   size_t C, size_t group, size_t ldi);

// out (rows,C) of in (rows, C bits/8 bytes) and scales (rows,C/group).
void dequantise_rows(float *out, const uint8_t *in, const float *scales, int bits,
                     size_t rows, size_t C, size_t group);

#pragma clang assume_nonnull end

#endif
