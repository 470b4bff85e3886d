// What the kernels share: how each is compiled for several instruction sets, how they sum, and
// the exponential as straight-line code, so that a loop that calls it vectorises.
#ifndef ASSAY_VECTORMATH_H
#define ASSAY_VECTORMATH_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// A kernel is compiled once for each of three instruction sets, and the loader picks one: the
// package is built for any x86-64, and AVX-512 is four times as wide as what every x86-64 has.
// LLVM keeps to 256 bits by default, because the first AVX-512 processors slowed their clock for
// 512; min_vector_width tells it not to.
#if defined(__x86_64__)
#define KERNEL                                                                                   \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"),                   \
                 min_vector_width(512)))
#else
#define KERNEL
#endif

#define INLINE static inline __attribute__((always_inline))

// Stands before a loop that is to work on 16 elements at once (one register of AVX-512, two of
// AVX2), unrolled so many times. It promises that the iterations depend on each other by no more
// than a sum or a maximum. The compiler cannot see that: an output may be the same memory as an
// input, and its own test for overlap would send every call in place to scalar code. And a sum of
// floats may not be reordered unasked; here it is kept in 16 * unrolled partial sums, whatever the
// instruction set, so that their order is the same on all.
#define PRAGMA(text) _Pragma(#text)
#define VECTORISE(unrolled)                                                                      \
  PRAGMA(clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(unrolled))

// The sum in such a loop. Reassociation is what lets the partial sums be added up as a tree.
INLINE float plus(float a, float b) {
#pragma clang fp reassociate(on)
  return a + b;
}

INLINE uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

INLINE float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Not fminf and fmaxf, which are not one instruction. When b is NaN, so is the result.
INLINE float smaller(float a, float b) { return a < b ? a : b; }
INLINE float larger(float a, float b) { return a > b ? a : b; }

// Integers in the order of the floats they stand for, and back.
INLINE int32_t ordered(float x) {
  const int32_t bits = (int32_t)bits_of(x);
  return bits ^ (bits >> 31 & 0x7fffffff);
}

INLINE float unordered(int32_t key) {
  return float_of((uint32_t)(key ^ (key >> 31 & 0x7fffffff)));
}

// The largest of x (n), or -INFINITY. By way of integers: the compiler does not vectorise the
// maximum of floats, whose zeros and NaNs make it depend on the order.
INLINE float largest(const float *x, size_t n) {
  int32_t max = ordered(-INFINITY);
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) {
    const int32_t key = ordered(x[i]);
    max = key > max ? key : max;
  }
  return unordered(max);
}

// The largest magnitude of x (n), or 0, by way of integers likewise.
INLINE float largest_magnitude(const float *x, size_t n) {
  uint32_t max = 0;
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) {
    const uint32_t bits = bits_of(x[i]) & 0x7fffffff;
    max = bits > max ? bits : max;
  }
  return float_of(max);
}

// e^x within 1.3 ulp where the result is at least 2^-125; below that 0, so that no result is
// denormal (a denormal operand can cost a hundred cycles, and in a softmax the element is nothing
// beside 1). Above the largest float INFINITY; NaN gives NaN. An ulp or two is as much as the
// softmax that divides by the sum loses to rounding anyway.
//
// x = n log 2 + r with n whole and |r| <= log(2)/2. Adding 1.5 * 2^23 leaves n in the low bits of
// the sum, and log 2 is in two parts, the first short enough that n times it is exact.
INLINE float vector_exp(float x) {
  x = larger(-87.3f, smaller(89.0f, x));
  float shifted = x * 0x1.715476p+0f + 0x1.8p23f;
  float n = shifted - 0x1.8p23f;
  float r = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
  // 2 e^r and 2^(n-1), because 2^128 is not a float. At n = -126 the bits are those of 0.
  float p = 3.9751383e-4f;
  p = p * r + 2.7963999e-3f;
  p = p * r + 1.66669038e-2f;
  p = p * r + 8.3331592e-2f;
  p = p * r + 3.3333331e-1f;
  p = p * r + 1.0000000240f;
  p = (p * r) * r + (2.0f * r + 2.0f);
  return p * float_of((bits_of(shifted) + 126u) << 23);
}

#endif
