// The softmax over the vocabulary and the loss, in the two ways that a training step keeps it: as
// log softmax, or as probabilities.
//
// V is tens of thousands: a row fits in the second-level cache, and comes from memory once, for its
// maximum. The output is written in the loop with the exponentials, so that computing hides it.

#include "kernels.h"
#include "vectormath.h"

// logSoftmax, logits (rows,V); losses, targets (rows).
KERNEL void cross_entropy_forward(float *logSoftmax, float *losses, const float *logits,
                                  const int64_t *targets, size_t rows, size_t V) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = logits + r * V;
    float *y = logSoftmax + r * V;
    const float max = largest(x, V);
    float sum = 0;
    VECTORISE(1)
    for (size_t i = 0; i < V; i++) {
      y[i] = x[i] - max;
      sum = plus(sum, vector_exp(y[i]));
    }
    const float log_sum = logf(sum);
    VECTORISE(1)
    for (size_t i = 0; i < V; i++) y[i] -= log_sum;
    losses[r] = targets[r] < 0 ? 0.0f : -y[targets[r]];
  }
}

// dlogits, logSoftmax (rows,V); targets (rows).
KERNEL void cross_entropy_backward(float *dlogits, const float *logSoftmax, const int64_t *targets,
                                   float scale, size_t rows, size_t V) {
  for (size_t r = 0; r < rows; r++) {
    const float *y = logSoftmax + r * V;
    float *dx = dlogits + r * V;
    if (targets[r] < 0) {
      memset(dx, 0, V * sizeof(float));
      continue;
    }
    // Not from dx afterwards: (p * scale - scale) is not (p - 1) * scale when p is near 1.
    const float target = (vector_exp(y[targets[r]]) - 1.0f) * scale;
    VECTORISE(1)
    for (size_t i = 0; i < V; i++) dx[i] = vector_exp(y[i]) * scale;
    dx[targets[r]] = target;
  }
}

// probabilities, logits (rows,V); losses, targets (rows).
KERNEL void softmax_loss_forward(float *probabilities, float *losses, const float *logits,
                                 const int64_t *targets, size_t rows, size_t V) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = logits + r * V;
    float *y = probabilities + r * V;
    const float target = targets[r] < 0 ? 0.0f : x[targets[r]];
    const float max = largest(x, V);
    float sum = 0;
    VECTORISE(1)
    for (size_t i = 0; i < V; i++) {
      y[i] = vector_exp(x[i] - max);
      sum = plus(sum, y[i]);
    }
    const float factor = 1.0f / sum;
    VECTORISE(1)
    for (size_t i = 0; i < V; i++) y[i] *= factor;
    // From the logit: the probability may have been too small for a float.
    losses[r] = targets[r] < 0 ? 0.0f : logf(sum) - (target - max);
  }
}

// dlogits, probabilities (rows,V); targets (rows).
KERNEL void softmax_loss_backward(float *dlogits, const float *probabilities,
                                  const int64_t *targets, float scale, size_t rows, size_t V) {
  for (size_t r = 0; r < rows; r++) {
    const float *y = probabilities + r * V;
    float *dx = dlogits + r * V;
    if (targets[r] < 0) {
      memset(dx, 0, V * sizeof(float));
      continue;
    }
    const float target = (y[targets[r]] - 1.0f) * scale;
    VECTORISE(1)
    for (size_t i = 0; i < V; i++) dx[i] = y[i] * scale;
    dx[targets[r]] = target;
  }
}
