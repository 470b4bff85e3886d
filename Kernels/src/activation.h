// The three kernels of an activation function, from its value and its slope as straight-line code.
#ifndef ASSAY_ACTIVATION_H
#define ASSAY_ACTIVATION_H

#include "kernels.h"
#include "vectormath.h"

// name_forward: out, in (n). bias_name_forward: out, in (rows,C); bias (C). name_backward: din,
// dout, in (n).
#define ACTIVATION(name, value, slope)                                                           \
  KERNEL void name##_forward(float *out, const float *in, size_t n) {                            \
    VECTORISE(1)                                                                                 \
    for (size_t i = 0; i < n; i++) out[i] = value(in[i]);                                        \
  }                                                                                              \
  KERNEL void bias_##name##_forward(float *out, float *in, const float *bias, size_t rows,       \
                                    size_t C) {                                                  \
    for (size_t r = 0; r < rows; r++) {                                                          \
      float *x = in + r * C;                                                                     \
      float *y = out + r * C;                                                                    \
      VECTORISE(1)                                                                               \
      for (size_t c = 0; c < C; c++) {                                                           \
        x[c] += bias[c];                                                                         \
        y[c] = value(x[c]);                                                                      \
      }                                                                                          \
    }                                                                                            \
  }                                                                                              \
  KERNEL void name##_backward(float *din, const float *dout, const float *in, size_t n) {        \
    VECTORISE(1)                                                                                 \
    for (size_t i = 0; i < n; i++) din[i] = dout[i] * slope(in[i]);                              \
  }

#endif
