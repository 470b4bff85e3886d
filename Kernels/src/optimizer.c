// Gradient clipping's norm, AdamW, and gradient descent with and without momentum.

#include "kernels.h"
#include "vectormath.h"

// in (n). In double, because a hundred million squares are more than a float can add up.
KERNEL double sum_of_squares(const float *in, size_t n) {
  double sum = 0;
  VECTORISE(2)
  for (size_t i = 0; i < n; i++) sum += (double)in[i] * (double)in[i];
  return sum;
}

// parameter, m, v, gradient (n). Loshchilov and Hutter, arXiv 1711.05101, algorithm 2, with the
// weight decay multiplied by the learning rate, as in PyTorch.
KERNEL void adamw(float *parameter, float *m, float *v, const float *gradient,
                  const adam_constants *constants, size_t n) {
  // A copy, which the compiler knows that the stores leave alone.
  const adam_constants c = *constants;
  const float step = c.learningRate / c.correction1;
  const float decay = 1.0f - c.learningRate * c.weightDecay;
  const float scale2 = 1.0f / c.correction2;
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) {
    const float g = gradient[i] * c.gradientScale;
    m[i] = c.beta1 * m[i] + (1.0f - c.beta1) * g;
    v[i] = c.beta2 * v[i] + (1.0f - c.beta2) * (g * g);
    const float deviation = __builtin_elementwise_sqrt(v[i] * scale2) + c.epsilon;
    parameter[i] = parameter[i] * decay - step * (m[i] / deviation);
  }
}

// m, v, gradient (n).
KERNEL void adam_moments(float *m, float *v, const float *gradient, float gradientScale,
                         float beta1, float beta2, size_t n) {
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) {
    const float g = gradient[i] * gradientScale;
    m[i] = beta1 * m[i] + (1.0f - beta1) * g;
    v[i] = beta2 * v[i] + (1.0f - beta2) * (g * g);
  }
}

// out, v (n).
KERNEL void adam_root(float *out, const float *v, float correction2, size_t n) {
  const float scale2 = 1.0f / correction2;
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) out[i] = __builtin_elementwise_sqrt(v[i] * scale2);
}

// parameter, m, divisor (n).
KERNEL void adamw_apply(float *parameter, const float *m, const float *divisor,
                        float learningRate, float weightDecay, float correction1, size_t n) {
  const float step = learningRate / correction1;
  const float decay = 1.0f - learningRate * weightDecay;
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) parameter[i] = parameter[i] * decay - step * (m[i] / divisor[i]);
}

// parameter, gradient (n).
KERNEL void sgd(float *parameter, const float *gradient, float gradientScale, float learningRate,
                size_t n) {
  const float step = learningRate * gradientScale;
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) parameter[i] -= step * gradient[i];
}

// parameter, velocity, gradient (n). The velocity is a sum of gradients, as in PyTorch, and not of
// steps, as in Sutskever et al., 2013.
KERNEL void momentum(float *parameter, float *velocity, const float *gradient, float gradientScale,
                     float learningRate, float beta, size_t n) {
  VECTORISE(1)
  for (size_t i = 0; i < n; i++) {
    velocity[i] = beta * velocity[i] + gradient[i] * gradientScale;
    parameter[i] -= learningRate * velocity[i];
  }
}
