#ifndef ASSAY_KERNELS_ELEMENTWISE_H
#define ASSAY_KERNELS_ELEMENTWISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// out (n) = a (n) + b (n); out may be the same memory as a or b.
void add(float *out, const float *a, const float *b, size_t n);

// out (n) = a (n) * b (n); out may be the same memory as a or b.
void multiply(float *out, const float *a, const float *b, size_t n);

// inout (n) moves towards `to` (n), by `weight` of the way.
void lerp(float *inout, const float *to, float weight, size_t n);

// out (n) = in (n) + constant; out may be the same memory as in.
void add_constant(float *out, const float *in, float constant, size_t n);

// out (n) = in (n) * factor; out may be the same memory as in.
void scale(float *out, const float *in, float factor, size_t n);

// out (rows, of so many bytes; ldo bytes apart) = in (rows; ldi bytes apart).
void copy_rows(void *out, const void *in, size_t rows, size_t bytes, size_t ldo, size_t ldi);

// out (n) from a normal distribution (Box-Muller on the same counter-based generator as dropout).
void fill_normal(float *out, uint64_t seed, uint64_t first, float mean, float deviation, size_t n);

#pragma clang assume_nonnull end

#endif
