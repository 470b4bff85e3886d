#ifndef ASSAY_KERNELS_ACTIVATIONS_H
#define ASSAY_KERNELS_ACTIVATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Activation functions.
// Each has three kernels.
//   name_forward        out, in (n).
//   bias_name_forward   in (rows,C) += bias (C), in place; out (rows,C) = name(in). One pass.
//   name_backward       din (n) = dout (n) * name'(in (n)); din may be the same memory as dout or in.

// GELU, tanh approximation (Hendrycks and Gimpel, arXiv 1606.08415).
void gelu_forward(float *out, const float *in, size_t n);
void bias_gelu_forward(float *out, float *in, const float *bias, size_t rows, size_t C);
void gelu_backward(float *din, const float *dout, const float *in, size_t n);

// GELU as it is defined, by the normal distribution.
void gelu_erf_forward(float *out, const float *in, size_t n);
void bias_gelu_erf_forward(float *out, float *in, const float *bias, size_t rows, size_t C);
void gelu_erf_backward(float *din, const float *dout, const float *in, size_t n);

// SiLU, x / (1 + e^-x).
void silu_forward(float *out, const float *in, size_t n);
void bias_silu_forward(float *out, float *in, const float *bias, size_t rows, size_t C);
void silu_backward(float *din, const float *dout, const float *in, size_t n);

// ReLU; `in` of its backward may be its output.
void relu_forward(float *out, const float *in, size_t n);
void bias_relu_forward(float *out, float *in, const float *bias, size_t rows, size_t C);
void relu_backward(float *din, const float *dout, const float *in, size_t n);

#pragma clang assume_nonnull end

#endif
