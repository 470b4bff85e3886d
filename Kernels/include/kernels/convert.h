#ifndef ASSAY_KERNELS_CONVERT_H
#define ASSAY_KERNELS_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Formats of 16 bits.
// Kernels compute with floats; what is stored in 16 bits is widened for them, and their results are
// rounded to the nearest on the way back, to the even one of two.

typedef enum { FORMAT_FP32, FORMAT_BF16, FORMAT_FP16 } number_format;

// out (rows,C; leading dimension ldo) = in (rows,C; ldi), which is stored in `format`.
void widen(float *out, const void *in, number_format format, size_t rows, size_t C, size_t ldo,
           size_t ldi);

// out (rows,C; leading dimension ldo), stored in `format`, = in (rows,C; ldi).
void narrow(void *out, const float *in, number_format format, size_t rows, size_t C, size_t ldo,
            size_t ldi);

#pragma clang assume_nonnull end

#endif
