// Normally distributed initial weights.

#include "kernels.h"
#include "random.h"

// No fused multiply-add in this file: the same seed gives the same weights, to the bit, on every
// machine.
#pragma clang fp contract(off)

// log x for x in [2^-33, 1], absolute error below 1e-6: a normal deviate is sqrt(-2 log x), and no
// sample is large enough to see a distribution that is off by that much.
//
// x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); the polynomial is that of Cephes' logf.
INLINE float vector_log(float x) {
  int32_t e = (int32_t)(bits_of(x) - 0x3f3504f3u) >> 23;
  float f = float_of(bits_of(x) - ((uint32_t)e << 23)) - 1.0f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  p = p * f - 0.5f;
  return (float)e * 0.693147181f + (p * f * f + f);
}

// cos(pi x) for x in [-1, 1], absolute error below 1e-6, as sin(pi (1/2 - |x|)); Taylor's series.
INLINE float vector_cos_pi(float x) {
  float y = 3.14159265f * (0.5f - __builtin_elementwise_abs(x));
  float y2 = y * y;
  float p = -1.0f / 39916800;
  p = p * y2 + 1.0f / 362880;
  p = p * y2 - 1.0f / 5040;
  p = p * y2 + 1.0f / 120;
  p = p * y2 - 1.0f / 6;
  return p * y2 * y + y;
}

// out (n).
KERNEL void fill_normal(float *out, uint64_t seed, uint64_t first, float mean, float deviation,
                        size_t n) {
  const uint64_t start = start_of(seed);
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) {
    // Box and Muller make two deviates of two uniforms. One is dropped, so that an element needs
    // no neighbour. The half keeps 0 out of the logarithm.
    const uint64_t bits = random_bits(start, first + i);
    const float radius = ((float)(uint32_t)(bits >> 32) + 0.5f) * 0x1p-32f;
    const float angle = (float)(int32_t)(uint32_t)bits * 0x1p-31f;
    const float normal =
        __builtin_elementwise_sqrt(-2.0f * vector_log(radius)) * vector_cos_pi(angle);
    out[i] = mean + deviation * normal;
  }
}
