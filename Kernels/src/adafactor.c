// Adafactor (Shazeer and Stern, arXiv 1804.04235).

#include "kernels.h"
#include "vectormath.h"

// mean (R); in (R,C).
KERNEL void mean_square_rows(float *mean, const float *in, float scale, float weight, size_t R,
                             size_t C) {
  for (size_t r = 0; r < R; r++) {
    const float *x = in + r * C;
    float sum = 0;
    VECTORISE(2)
    for (size_t c = 0; c < C; c++) sum = plus(sum, (scale * x[c]) * (scale * x[c]));
    const float now = sum / (float)C;
    mean[r] = weight == 1.0f ? now : mean[r] + weight * (now - mean[r]);
  }
}

// sum (C), columns [begin,end) only; in (R,C).
KERNEL void square_sum_columns(float *sum, const float *in, float scale, float share, size_t R,
                               size_t C, size_t begin, size_t end, bool accumulate) {
  if (!accumulate && begin < end) memset(sum + begin, 0, (end - begin) * sizeof(float));
  for (size_t r = 0; r < R; r++) {
    const float *x = in + r * C;
    VECTORISE(1)
    for (size_t c = begin; c < end; c++) sum[c] += share * ((scale * x[c]) * (scale * x[c]));
  }
}

// The gradient over the root of its estimated square.
INLINE float relative(float gradient, float estimate, float least) {
  return gradient / __builtin_elementwise_sqrt(larger(estimate, least));
}

// out, gradient (R,C); rows (R) or NULL; columns (C).
KERNEL void adafactor_update(float *out, const float *gradient, const float *rows,
                             const float *columns, float scale, float rowMean, float least,
                             size_t R, size_t C) {
  for (size_t r = 0; r < R; r++) {
    const float row = rows ? rows[r] / rowMean : 1.0f;
    VECTORISE(1)
    for (size_t c = 0; c < C; c++)
      out[r * C + c] = relative(scale * gradient[r * C + c], row * columns[c], least);
  }
}

// gradient (R,C); rows (R) or NULL; columns (C).
KERNEL double adafactor_square_sum(const float *gradient, const float *rows, const float *columns,
                                   float scale, float rowMean, float least, size_t R, size_t C) {
  double sum = 0;
  for (size_t r = 0; r < R; r++) {
    const float row = rows ? rows[r] / rowMean : 1.0f;
    VECTORISE(2)
    for (size_t c = 0; c < C; c++) {
      const double u = relative(scale * gradient[r * C + c], row * columns[c], least);
      sum += u * u;
    }
  }
  return sum;
}

// parameter, gradient (R,C); rows (R) or NULL; columns (C).
KERNEL void adafactor_apply(float *parameter, const float *gradient, const float *rows,
                            const float *columns, float scale, float rowMean, float least,
                            float step, size_t R, size_t C) {
  for (size_t r = 0; r < R; r++) {
    const float row = rows ? rows[r] / rowMean : 1.0f;
    VECTORISE(1)
    for (size_t c = 0; c < C; c++) {
      const float u = relative(scale * gradient[r * C + c], row * columns[c], least);
      parameter[r * C + c] -= step * u;
    }
  }
}
