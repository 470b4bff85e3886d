// RMS norm (Zhang and Sennrich, arXiv 1910.07467). Row by row, as layer norm.
//
// `shift` is added to the weight where it is used: 0, or 1 in models (Gemma) whose weights are kept
// as differences from 1.

#include "kernels.h"
#include "vectormath.h"

INLINE float reciprocal_deviation(const float *x, size_t C, float epsilon) {
  float squares = 0;
  VECTORISE(4)
  for (size_t c = 0; c < C; c++) squares = plus(squares, x[c] * x[c]);
  return 1.0f / __builtin_elementwise_sqrt(squares / (float)C + epsilon);
}

INLINE void normalise(float *y, const float *x, float rstd, const float *weight, float shift,
                      size_t C) {
  VECTORISE(1)
  for (size_t c = 0; c < C; c++) y[c] = x[c] * rstd * (weight[c] + shift);
}

// out, in (rows,C); normalised (rows,C) or NULL; rstd (rows); weight (C).
KERNEL void rmsnorm_forward(float *out, float *normalised, float *rstd, const float *in,
                            const float *weight, float shift, size_t rows, size_t C,
                            float epsilon) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = in + r * C;
    rstd[r] = reciprocal_deviation(x, C, epsilon);
    normalise(out + r * C, x, rstd[r], weight, shift, C);
    if (!normalised) continue;
    VECTORISE(1)
    for (size_t c = 0; c < C; c++) normalised[r * C + c] = x[c] * rstd[r];
  }
}

// din, dout, in, residual (rows,C); rstd (rows); weight (C).
// With norm = x * rstd and dnorm = dout * weight: din = rstd * (dnorm - norm * mean(dnorm * norm)).
KERNEL void rmsnorm_backward_input(float *din, const float *dout, const float *in,
                                   const float *rstd, const float *weight, float shift,
                                   const float *residual, size_t rows, size_t C) {
  for (size_t r = 0; r < rows; r++) {
    const float *dy = dout + r * C;
    const float *x = in + r * C;
    float *dx = din + r * C;
    const float s = rstd[r];

    float product = 0;
    VECTORISE(2)
    for (size_t c = 0; c < C; c++) {
      product = plus(product, dy[c] * (weight[c] + shift) * (x[c] * s));
    }
    const float mean = product / (float)C;

    if (residual) {
      const float *skipped = residual + r * C;
      VECTORISE(1)
      for (size_t c = 0; c < C; c++) {
        dx[c] = skipped[c] + s * (dy[c] * (weight[c] + shift) - x[c] * s * mean);
      }
    } else {
      VECTORISE(1)
      for (size_t c = 0; c < C; c++) dx[c] = s * (dy[c] * (weight[c] + shift) - x[c] * s * mean);
    }
  }
}

// dweight (C); dout, in (rows,C); rstd (rows).
KERNEL void rmsnorm_backward_parameters(float *dweight, const float *dout, const float *in,
                                        const float *rstd, size_t rows, size_t C, size_t begin,
                                        size_t end, bool accumulate) {
  if (!accumulate && begin < end) memset(dweight + begin, 0, (end - begin) * sizeof(float));
  for (size_t r = 0; r < rows; r++) {
    const float *dy = dout + r * C;
    const float *x = in + r * C;
    const float s = rstd[r];
    VECTORISE(1)
    for (size_t c = begin; c < end; c++) dweight[c] += dy[c] * (x[c] * s);
  }
}

// rstd (rows); in (rows,C).
KERNEL void rmsnorm_statistics(float *rstd, const float *in, size_t rows, size_t C,
                               float epsilon) {
  for (size_t r = 0; r < rows; r++) rstd[r] = reciprocal_deviation(in + r * C, C, epsilon);
}

// out, in (rows,C); rstd (rows); weight (C).
KERNEL void rmsnorm_apply(float *out, const float *in, const float *rstd, const float *weight,
                          float shift, size_t rows, size_t C) {
  for (size_t r = 0; r < rows; r++) normalise(out + r * C, in + r * C, rstd[r], weight, shift, C);
}
