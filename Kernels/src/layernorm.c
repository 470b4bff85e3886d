// Layer norm (Ba et al., arXiv 1607.06450). Every kernel takes a row to the end before the next:
// a row fits in the first-level cache, so that only its first reading costs memory bandwidth.

#include "kernels.h"
#include "vectormath.h"

// The mean first and then the squares of the differences from it: the shortcut over the sum of
// squares loses everything when the mean is large beside the deviation.
INLINE void statistics(float *mean, float *rstd, const float *x, size_t C, float epsilon) {
  float sum = 0;
  VECTORISE(4)
  for (size_t c = 0; c < C; c++) sum = plus(sum, x[c]);
  const float m = sum / (float)C;

  float squares = 0;
  VECTORISE(4)
  for (size_t c = 0; c < C; c++) squares = plus(squares, (x[c] - m) * (x[c] - m));
  *mean = m;
  *rstd = 1.0f / __builtin_elementwise_sqrt(squares / (float)C + epsilon);
}

INLINE void normalise(float *y, const float *x, float mean, float rstd, const float *weight,
                      const float *bias, size_t C) {
  VECTORISE(1)
  for (size_t c = 0; c < C; c++) y[c] = (x[c] - mean) * rstd * weight[c] + bias[c];
}

// out, in (rows,C); mean, rstd (rows); weight, bias (C).
KERNEL void layernorm_forward(float *out, float *mean, float *rstd, const float *in,
                              const float *weight, const float *bias, size_t rows, size_t C,
                              float epsilon) {
  for (size_t r = 0; r < rows; r++) {
    statistics(mean + r, rstd + r, in + r * C, C, epsilon);
    normalise(out + r * C, in + r * C, mean[r], rstd[r], weight, bias, C);
  }
}

// din, dout, in, residual (rows,C); mean, rstd (rows); weight (C).
// With norm = (x - mean) * rstd and dnorm = dout * weight, what reaches x directly is corrected
// for what reaches it through the mean and through the deviation:
// din = rstd * (dnorm - mean(dnorm) - norm * mean(dnorm * norm)).
KERNEL void layernorm_backward_input(float *din, const float *dout, const float *in,
                                     const float *mean, const float *rstd, const float *weight,
                                     const float *residual, size_t rows, size_t C) {
  for (size_t r = 0; r < rows; r++) {
    const float *dy = dout + r * C;
    const float *x = in + r * C;
    float *dx = din + r * C;
    const float m = mean[r], s = rstd[r];

    float sum = 0, product = 0;
    VECTORISE(2)
    for (size_t c = 0; c < C; c++) {
      const float dnorm = dy[c] * weight[c];
      sum = plus(sum, dnorm);
      product = plus(product, dnorm * ((x[c] - m) * s));
    }
    const float a = sum / (float)C, b = product / (float)C;

    if (residual) {
      const float *skipped = residual + r * C;
      VECTORISE(1)
      for (size_t c = 0; c < C; c++) {
        dx[c] = skipped[c] + s * (dy[c] * weight[c] - a - (x[c] - m) * s * b);
      }
    } else {
      VECTORISE(1)
      for (size_t c = 0; c < C; c++) dx[c] = s * (dy[c] * weight[c] - a - (x[c] - m) * s * b);
    }
  }
}

// dweight, dbias (C); dout, in (rows,C); mean, rstd (rows).
KERNEL void layernorm_backward_parameters(float *dweight, float *dbias, const float *dout,
                                          const float *in, const float *mean, const float *rstd,
                                          size_t rows, size_t C, size_t begin, size_t end,
                                          bool accumulate) {
  if (!accumulate && begin < end) {
    memset(dweight + begin, 0, (end - begin) * sizeof(float));
    memset(dbias + begin, 0, (end - begin) * sizeof(float));
  }
  for (size_t r = 0; r < rows; r++) {
    const float *dy = dout + r * C;
    const float *x = in + r * C;
    const float m = mean[r], s = rstd[r];
    VECTORISE(1)
    for (size_t c = begin; c < end; c++) {
      dweight[c] += dy[c] * ((x[c] - m) * s);
      dbias[c] += dy[c];
    }
  }
}

// mean, rstd (rows); in (rows,C).
KERNEL void layernorm_statistics(float *mean, float *rstd, const float *in, size_t rows, size_t C,
                                 float epsilon) {
  for (size_t r = 0; r < rows; r++) statistics(mean + r, rstd + r, in + r * C, C, epsilon);
}

// out, in (rows,C); mean, rstd (rows); weight, bias (C).
KERNEL void layernorm_apply(float *out, const float *in, const float *mean, const float *rstd,
                            const float *weight, const float *bias, size_t rows, size_t C) {
  for (size_t r = 0; r < rows; r++) {
    normalise(out + r * C, in + r * C, mean[r], rstd[r], weight, bias, C);
  }
}
