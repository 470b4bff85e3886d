#ifndef ASSAY_KERNELS_DROPOUT_H
#define ASSAY_KERNELS_DROPOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Dropout (Srivastava et al., 2014), with a counter-based generator.
// Element i of a call is kept when its 32 random bits, a function of (seed, first + i) alone, are
// at least round(p * 2^32); kept elements are scaled by 1/(1-p). So a mask can be made again from
// its seed instead of being stored.

// mask (n): 1 where kept.
void dropout_mask(uint8_t *mask, uint64_t seed, uint64_t first, float p, size_t n);

// out (n) = in (n) * mask (n) / (1-p); out may be the same memory as in. Its own backward.
void dropout_apply(float *out, const float *in, const uint8_t *mask, float p, size_t n);

#pragma clang assume_nonnull end

#endif
