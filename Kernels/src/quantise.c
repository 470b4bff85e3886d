// Integers of 8 or 4 bits that stand for multiples of a scale, which a group of a row's elements
// shares: the largest magnitude of the group is the largest integer, 127 or 7.

#include <float.h>

#include "kernels.h"
#include "vectormath.h"

// Two integers of 4 bits in a byte, each 8 above its value, the first in the lower half.
INLINE void quantise_group4(uint8_t *out, const float *in, float factor, size_t n) {
  for (size_t i = 0; i < n; i += 2) {
    const int low = (int)lrintf(in[i] * factor) + 8, high = (int)lrintf(in[i + 1] * factor) + 8;
    out[i / 2] = (uint8_t)(low | high << 4);
  }
}

INLINE void quantise_group8(int8_t *out, const float *in, float factor, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (int8_t)lrintf(in[i] * factor);
}

// out (rows, C bits/8 bytes); scales (rows,C/group); in (rows,C; ldi).
KERNEL void quantise_rows(uint8_t *out, float *scales, const float *in, int bits, size_t rows,
                          size_t C, size_t group, size_t ldi) {
  const float most = bits == 8 ? 127.0f : 7.0f;
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < C; c += group) {
      const float *x = in + r * ldi + c;
      const float magnitude = largest_magnitude(x, group);
      uint8_t *y = out + (r * C + c) * (size_t)bits / 8;
      // What is so small that its reciprocal is no float counts as 0.
      const float factor = magnitude >= 128 * FLT_MIN ? most / magnitude : 0;
      *scales++ = magnitude / most;
      if (bits == 8)
        quantise_group8((int8_t *)y, x, factor, group);
      else
        quantise_group4(y, x, factor, group);
    }
  }
}

// out (rows,C); in (rows, C bits/8 bytes); scales (rows,C/group).
KERNEL void dequantise_rows(float *out, const uint8_t *in, const float *scales, int bits,
                            size_t rows, size_t C, size_t group) {
  for (size_t at = 0; at < rows * C; at += group) {
    const float scale = *scales++;
    const uint8_t *x = in + at * (size_t)bits / 8;
    float *y = out + at;
    if (bits == 8) {
      VECTORISE(1)
      for (size_t i = 0; i < group; i++) y[i] = scale * (float)(int8_t)x[i];
    } else {
      VECTORISE(1)
      for (size_t i = 0; i < group / 2; i++) {
        y[2 * i] = scale * (float)((int)(x[i] & 15) - 8);
        y[2 * i + 1] = scale * (float)((int)(x[i] >> 4) - 8);
      }
    }
  }
}
