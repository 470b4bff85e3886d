// GELU as it is defined, x P(X <= x) for a standard normal X (Hendrycks and Gimpel, arXiv
// 1606.08415): x/2 erfc(-x/sqrt(2)).

#include "activation.h"

#define SQRT_HALF 0.707106781f
#define INVERSE_SQRT_2PI 0.398942280f

// erfc(z) for z >= 0: t e^(-z^2 + polynomial of t), t = 1/(1 + z/2), with a fractional error below
// 1.2e-7 everywhere (Press et al., Numerical Recipes, section 6.2: a Chebyshev fit).
INLINE float erfc_positive(float z) {
  const float t = 1.0f / (1.0f + 0.5f * z);
  float p = 0.17087277f;
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  return t * vector_exp(p - z * z);
}

// P(X <= x).
INLINE float normal(float x) {
  const float z = SQRT_HALF * (x < 0 ? -x : x);
  const float tail = 0.5f * erfc_positive(z);
  return x < 0 ? tail : 1.0f - tail;
}

INLINE float gelu_erf(float x) { return x * normal(x); }

INLINE float gelu_erf_slope(float x) {
  return normal(x) + x * INVERSE_SQRT_2PI * vector_exp(-0.5f * x * x);
}

ACTIVATION(gelu_erf, gelu_erf, gelu_erf_slope)
