// Dropout (Srivastava et al., 2014).

#include "kernels.h"
#include "random.h"

// mask (n).
KERNEL void dropout_mask(uint8_t *mask, uint64_t seed, uint64_t first, float p, size_t n) {
  // In double, because p = 1 makes 2^32, which 32 bits do not hold. The upper half of the bits
  // has been mixed best.
  const uint64_t start = start_of(seed);
  const uint64_t threshold = (uint64_t)((double)p * 0x1p32 + 0.5);
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) mask[i] = (random_bits(start, first + i) >> 32) >= threshold;
}

// out, in, mask (n).
KERNEL void dropout_apply(float *out, const float *in, const uint8_t *mask, float p, size_t n) {
  const float scale = p < 1 ? 1 / (1 - p) : 0;
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) out[i] = in[i] * (mask[i] ? scale : 0.0f);
}
