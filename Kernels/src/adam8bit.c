// Adam with states of 8 bits (Dettmers et al., arXiv 2110.02861): each block of a state is kept as
// bytes that name entries of a table, times the largest magnitude of the block.

#include <float.h>

#include "kernels.h"
#include "vectormath.h"

// table (256), in ascending order: 0, 1, and for each power of ten from 1e-6 to 1 the middles of
// equal parts of [0.1, 1] times it, as many parts as the next finer power has twice over. A signed
// table has half as many parts, and their negatives ("dynamic tree" quantisation, section 2.3).
void adam8bit_table(float *table, bool isSigned) {
  size_t count = 0;
  for (int power = 0; power < 7; power++) {
    const int parts = 1 << (isSigned ? power : power + 1);
    for (int part = 0; part < parts; part++) {
      const double middle = 0.1 + 0.9 * (part + 0.5) / parts;
      const float value = (float)(middle * pow(10, power - 6));
      table[count++] = value;
      if (isSigned) table[count++] = -value;
    }
  }
  table[count++] = 0;
  table[count++] = 1;
  for (size_t i = 1; i < count; i++) {
    const float value = table[i];
    size_t j = i;
    for (; j > 0 && table[j - 1] > value; j--) table[j] = table[j - 1];
    table[j] = value;
  }
}

// The entry of the table (256) that is nearest to x.
INLINE uint8_t nearest(const float *table, float x) {
  size_t low = 0;
  for (size_t half = 128; half > 0; half /= 2) {
    if (table[low + half] <= x) low += half;
  }
  return (uint8_t)(low < 255 && table[low + 1] - x < x - table[low] ? low + 1 : low);
}

// Bytes of x (n) relative to its largest magnitude, which is returned.
INLINE float quantise(uint8_t *bytes, const float *x, const float *table, size_t n) {
  const float most = largest_magnitude(x, n);
  // What is so small that its reciprocal is no float counts as 0.
  const float factor = most >= FLT_MIN ? 1.0f / most : 0.0f;
  for (size_t i = 0; i < n; i++) bytes[i] = nearest(table, x[i] * factor);
  return most;
}

// One block: parameter, gradient, m, v (n <= ADAM8BIT_BLOCK); largestM, largestV (1).
static void update_block(float *parameter, uint8_t *m, uint8_t *v, float *largestM,
                         float *largestV, const float *gradient, const float *signedTable,
                         const float *unsignedTable, const adam_constants *c, size_t n) {
  float first[ADAM8BIT_BLOCK], second[ADAM8BIT_BLOCK];
  for (size_t i = 0; i < n; i++) {
    const float g = gradient[i] * c->gradientScale;
    first[i] = c->beta1 * (signedTable[m[i]] * *largestM) + (1.0f - c->beta1) * g;
    second[i] = c->beta2 * (unsignedTable[v[i]] * *largestV) + (1.0f - c->beta2) * (g * g);
    const float deviation = __builtin_elementwise_sqrt(second[i] / c->correction2) + c->epsilon;
    parameter[i] -= c->learningRate / c->correction1 * (first[i] / deviation);
  }
  *largestM = quantise(m, first, signedTable, n);
  *largestV = quantise(v, second, unsignedTable, n);
}

// parameter, m, v, gradient (n); largestM, largestV (n / ADAM8BIT_BLOCK, rounded up).
KERNEL void adam8bit(float *parameter, uint8_t *m, uint8_t *v, float *largestM, float *largestV,
                     const float *gradient, const float *signedTable, const float *unsignedTable,
                     const adam_constants *constants, size_t n) {
  for (size_t first = 0, block = 0; first < n; first += ADAM8BIT_BLOCK, block++) {
    const size_t count = n - first < ADAM8BIT_BLOCK ? n - first : ADAM8BIT_BLOCK;
    update_block(parameter + first, m + first, v + first, largestM + block, largestV + block,
                 gradient + first, signedTable, unsignedTable, constants, count);
  }
}
