// Rotary position embedding (Su et al., arXiv 2104.09864), in the arrangement of GPT-NeoX and
// LLaMA: element i of a head turns together with element i + R/2, R of its elements being turned.

#include "kernels.h"
#include "vectormath.h"

// cosine, sine (T,R) of the angles position * theta^(-2i/R), the second half of a row as the first.
// In double: an angle of thousands of radians keeps too few digits in float.
void rotary_angles(float *cosine, float *sine, double theta, size_t first, size_t T, size_t R) {
  for (size_t t = 0; t < T; t++) {
    for (size_t i = 0; i < R / 2; i++) {
      const double angle = (double)(first + t) * pow(theta, -2.0 * (double)i / (double)R);
      cosine[t * R + i] = cosine[t * R + R / 2 + i] = (float)cos(angle);
      sine[t * R + i] = sine[t * R + R / 2 + i] = (float)sin(angle);
    }
  }
}

INLINE void turn(float *x, const float *cosine, const float *sine, float sign, size_t half) {
  VECTORISE(1)
  for (size_t i = 0; i < half; i++) {
    const float a = x[i], b = x[i + half];
    x[i] = a * cosine[i] - sign * b * sine[i];
    x[i + half] = b * cosine[i] + sign * a * sine[i];
  }
}

// One head: inout (T,R; ld) turned in place; cosine, sine (T,R).
KERNEL void rotary_forward(float *inout, const float *cosine, const float *sine, size_t T, size_t R,
                           size_t ld) {
  for (size_t t = 0; t < T; t++) turn(inout + t * ld, cosine + t * R, sine + t * R, 1.0f, R / 2);
}

// dinout (T,R; ld) turned back, from the gradient of the turned head to that of the head.
KERNEL void rotary_backward(float *dinout, const float *cosine, const float *sine, size_t T,
                            size_t R, size_t ld) {
  for (size_t t = 0; t < T; t++) turn(dinout + t * ld, cosine + t * R, sine + t * R, -1.0f, R / 2);
}
