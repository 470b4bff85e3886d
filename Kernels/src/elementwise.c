// Plain arithmetic on whole arrays.

#include "kernels.h"
#include "vectormath.h"

// out, a, b (n).
KERNEL void add(float *out, const float *a, const float *b, size_t n) {
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}

// out, a, b (n).
KERNEL void multiply(float *out, const float *a, const float *b, size_t n) {
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) out[i] = a[i] * b[i];
}

// inout, to (n).
KERNEL void lerp(float *inout, const float *to, float weight, size_t n) {
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) inout[i] += weight * (to[i] - inout[i]);
}

// out, in (n).
KERNEL void add_constant(float *out, const float *in, float constant, size_t n) {
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) out[i] = in[i] + constant;
}

// out, in (n).
KERNEL void scale(float *out, const float *in, float factor, size_t n) {
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) out[i] = in[i] * factor;
}

// out (rows,bytes; ldo); in (rows,bytes; ldi).
void copy_rows(void *out, const void *in, size_t rows, size_t bytes, size_t ldo, size_t ldi) {
  for (size_t r = 0; r < rows; r++)
    memcpy((uint8_t *)out + r * ldo, (const uint8_t *)in + r * ldi, bytes);
}
