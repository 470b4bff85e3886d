// Between the 16-bit formats in which tensors are stored and the floats that kernels compute with.

#include "kernels.h"
#include "vectormath.h"

// A bfloat16 is the upper half of a float.
INLINE float from_bf16(uint16_t x) { return float_of((uint32_t)x << 16); }

// Rounds to the nearest, to the even one of two. A NaN stays one: its upper half might round to
// infinity, so it gets a bit that cannot be lost.
INLINE uint16_t to_bf16(float x) {
  const uint32_t bits = bits_of(x);
  const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  return (uint16_t)(x != x ? bits >> 16 | 0x40u : rounded);
}

// A binary16 has 5 bits of exponent and 10 of fraction. Shifted into place, the exponent is off by
// 127 - 15, which a product with 2^112 sets right, denormals included; infinity and NaN have the
// largest exponent, which it does not reach.
INLINE float from_fp16(uint16_t x) {
  const uint32_t magnitude = (uint32_t)(x & 0x7fffu) << 13;
  const uint32_t finite = bits_of(float_of(magnitude) * 0x1p112f);
  const uint32_t bits = magnitude >= 0x0f800000u ? magnitude | 0x7f800000u : finite;
  return float_of(bits | (uint32_t)(x & 0x8000u) << 16);
}

// Rounds to the nearest, to the even one of two. Where the result is normal, by adding half of the
// last place that stays; where it is not, by adding a number whose last place is 2^-24, so that the
// addition rounds. From 65,520 on it is infinity.
INLINE uint16_t to_fp16(float x) {
  const uint32_t bits = bits_of(x);
  const uint32_t magnitude = bits & 0x7fffffffu;
  const uint32_t normal = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
  const uint32_t denormal = bits_of(float_of(magnitude) + 0.5f) - 0x3f000000u;
  uint32_t result = magnitude < 0x38800000u ? denormal : normal;
  result = magnitude >= 0x477ff000u ? 0x7c00u : result;
  result = magnitude > 0x7f800000u ? 0x7e00u : result;
  return (uint16_t)(result | (bits >> 16 & 0x8000u));
}

// out (rows,C; ldo); in (rows,C; ldi).
KERNEL void widen(float *out, const void *in, number_format format, size_t rows, size_t C,
                  size_t ldo, size_t ldi) {
  for (size_t r = 0; r < rows; r++) {
    float *y = out + r * ldo;
    const uint16_t *x = (const uint16_t *)in + r * ldi;
    switch (format) {
      case FORMAT_FP32:
        memcpy(y, (const float *)in + r * ldi, C * sizeof(float));
        break;
      case FORMAT_BF16:
        VECTORISE(1)
        for (size_t c = 0; c < C; c++) y[c] = from_bf16(x[c]);
        break;
      case FORMAT_FP16:
        VECTORISE(1)
        for (size_t c = 0; c < C; c++) y[c] = from_fp16(x[c]);
        break;
    }
  }
}

// out (rows,C; ldo); in (rows,C; ldi).
KERNEL void narrow(void *out, const float *in, number_format format, size_t rows, size_t C,
                   size_t ldo, size_t ldi) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = in + r * ldi;
    uint16_t *y = (uint16_t *)out + r * ldo;
    switch (format) {
      case FORMAT_FP32:
        memcpy((float *)out + r * ldo, x, C * sizeof(float));
        break;
      case FORMAT_BF16:
        VECTORISE(1)
        for (size_t c = 0; c < C; c++) y[c] = to_bf16(x[c]);
        break;
      case FORMAT_FP16:
        VECTORISE(1)
        for (size_t c = 0; c < C; c++) y[c] = to_fp16(x[c]);
        break;
    }
  }
}
