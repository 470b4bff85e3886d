// The softmax over a vocabulary of which each rank has a part (Shoeybi et al., arXiv 1909.08053,
// section 3): what a rank does between the sums over all of them.

#include "kernels.h"
#include "vectormath.h"

// maxima (rows); logits (rows,V).
KERNEL void vocabulary_maxima(float *maxima, const float *logits, size_t rows, size_t V) {
  for (size_t r = 0; r < rows; r++) maxima[r] = largest(logits + r * V, V);
}

// sums, chosen, maxima, targets (rows); logits (rows,V).
KERNEL void vocabulary_sums(float *sums, float *chosen, const float *logits, const float *maxima,
                            const int64_t *targets, int64_t first, size_t rows, size_t V) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = logits + r * V;
    const float max = maxima[r];
    float sum = 0;
    VECTORISE(1)
    for (size_t i = 0; i < V; i++) sum = plus(sum, vector_exp(x[i] - max));
    sums[r] = sum;
    const int64_t target = targets[r] - first;
    chosen[r] = target >= 0 && target < (int64_t)V ? x[target] - max : 0.0f;
  }
}

// out, logits (rows,V); losses, maxima, sums, chosen, targets (rows).
KERNEL void vocabulary_softmax(float *out, float *losses, const float *logits, const float *maxima,
                               const float *sums, const float *chosen, const int64_t *targets,
                               bool logarithm, size_t rows, size_t V) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = logits + r * V;
    float *y = out + r * V;
    const float max = maxima[r];
    const float log_sum = logf(sums[r]);
    losses[r] = targets[r] < 0 ? 0.0f : log_sum - chosen[r];
    if (logarithm) {
      VECTORISE(1)
      for (size_t i = 0; i < V; i++) y[i] = x[i] - max - log_sum;
    } else {
      const float factor = 1.0f / sums[r];
      VECTORISE(1)
      for (size_t i = 0; i < V; i++) y[i] = vector_exp(x[i] - max) * factor;
    }
  }
}

// dlogits, out (rows,V); targets (rows).
KERNEL void vocabulary_softmax_backward(float *dlogits, const float *out, const int64_t *targets,
                                        int64_t first, float scale, bool logarithm, size_t rows,
                                        size_t V) {
  for (size_t r = 0; r < rows; r++) {
    const float *y = out + r * V;
    float *dx = dlogits + r * V;
    if (targets[r] < 0) {
      memset(dx, 0, V * sizeof(float));
      continue;
    }
    const int64_t target = targets[r] - first;
    const bool is_here = target >= 0 && target < (int64_t)V;
    const float kept = is_here ? y[target] : 0.0f;
    VECTORISE(1)
    for (size_t i = 0; i < V; i++) dx[i] = (logarithm ? vector_exp(y[i]) : y[i]) * scale;
    if (is_here) dx[target] = ((logarithm ? vector_exp(kept) : kept) - 1.0f) * scale;
  }
}
