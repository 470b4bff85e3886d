// GELU in its tanh approximation (Hendrycks and Gimpel, arXiv 1606.08415).
//
// With u = sqrt(2/pi) (x + 0.044715 x^3), x/2 (1 + tanh u) = x / (1 + e^-2u). In this form no two
// nearly equal numbers are subtracted where gelu is nearly 0. The tanh that it implies,
// 2 / (1 + e^-2u) - 1, is within 2.4e-7, four roundings of 2^-24: x/2 times that is an ulp of x.

#include "activation.h"

#define SQRT_8_OVER_PI 1.59576912f
#define CUBIC 0.044715f

// x, kept within 9. There the sigmoid of 2u is 1 - 1e-29 or 1e-29, and e^-2u, and what it is
// multiplied by, stays inside what floats hold.
INLINE float bounded(float x) { return larger(-9.0f, smaller(9.0f, x)); }

// e^-2u, for bounded x.
INLINE float exp_minus_2u(float x) {
  return vector_exp(-SQRT_8_OVER_PI * (x + CUBIC * x * x * x));
}

INLINE float gelu(float x) { return x / (1.0f + exp_minus_2u(bounded(x))); }

// gelu' = s + x s (1 - s) 2u', with s the sigmoid of 2u. 1 - s is e^-2u s: the difference would
// have lost its digits where s is near 1, and x 2u' multiplies by up to 20 what it lost.
INLINE float gelu_slope(float x) {
  x = bounded(x);
  const float e = exp_minus_2u(x);
  const float s = 1.0f / (1.0f + e);
  return s + x * s * (e * s) * (SQRT_8_OVER_PI * (1.0f + 3.0f * CUBIC * x * x));
}

ACTIVATION(gelu, gelu, gelu_slope)
