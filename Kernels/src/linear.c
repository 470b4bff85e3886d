// What a linear layer does besides its matrix product.

#include "kernels.h"
#include "vectormath.h"

// inout (rows,C); bias (C).
KERNEL void bias_forward(float *inout, const float *bias, size_t rows, size_t C) {
  for (size_t r = 0; r < rows; r++) {
    float *y = inout + r * C;
    VECTORISE(1)
    for (size_t c = 0; c < C; c++) y[c] += bias[c];
  }
}

// dbias (C); dout (rows,C).
KERNEL void bias_backward(float *dbias, const float *dout, size_t rows, size_t C, size_t begin,
                          size_t end, bool accumulate) {
  if (!accumulate && begin < end) memset(dbias + begin, 0, (end - begin) * sizeof(float));
  for (size_t r = 0; r < rows; r++) {
    const float *dy = dout + r * C;
    VECTORISE(1)
    for (size_t c = begin; c < end; c++) dbias[c] += dy[c];
  }
}

// inout, residual (rows,C); bias (C).
KERNEL void bias_residual_forward(float *inout, const float *bias, const float *residual,
                                  size_t rows, size_t C) {
  for (size_t r = 0; r < rows; r++) {
    float *y = inout + r * C;
    const float *x = residual + r * C;
    if (bias) {
      VECTORISE(1)
      for (size_t c = 0; c < C; c++) y[c] = x[c] + (y[c] + bias[c]);
    } else {
      VECTORISE(1)
      for (size_t c = 0; c < C; c++) y[c] = x[c] + y[c];
    }
  }
}
