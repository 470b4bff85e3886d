// Plain arithmetic on whole arrays.

#include "kernels.h"
#include "vectormath.h"

// out, a, b (n).
KERNEL void add(float *out, const float *a, const float *b, size_t n) {
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}
