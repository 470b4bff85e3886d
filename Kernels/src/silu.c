// SiLU, x / (1 + e^-x) (Hendrycks and Gimpel, arXiv 1606.08415; Ramachandran et al., arXiv
// 1710.05941).

#include "activation.h"

INLINE float silu(float x) { return x / (1.0f + vector_exp(-x)); }

// silu' = s + x s (1 - s), with s the sigmoid. 1 - s is e^-x s, without a difference of numbers
// that are nearly equal; x is kept where e^-x times what multiplies it stays a float.
INLINE float silu_slope(float x) {
  x = larger(-80.0f, smaller(80.0f, x));
  const float e = vector_exp(-x);
  const float s = 1.0f / (1.0f + e);
  return s + x * s * (e * s);
}

ACTIVATION(silu, silu, silu_slope)
