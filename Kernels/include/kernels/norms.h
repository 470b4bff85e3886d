#ifndef ASSAY_KERNELS_NORMS_H
#define ASSAY_KERNELS_NORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Layer norm (Ba et al., arXiv 1607.06450).

// out (rows,C); mean, rstd (rows); in (rows,C); weight, bias (C).
void layernorm_forward(float *out, float *mean, float *rstd, const float *in,
                       const float *weight, const float *bias, size_t rows, size_t C,
                       float epsilon);

// din (rows,C) = gradient of the input, plus residual (rows,C) where that is not NULL; din may be
// the same memory as residual or dout. dout, in (rows,C); mean, rstd (rows); weight (C).
void layernorm_backward_input(float *din, const float *dout, const float *in, const float *mean,
                              const float *rstd, const float *weight,
                              const float *_Nullable residual, size_t rows, size_t C);

// dweight, dbias (C), columns [begin,end) only; overwritten, or added to when accumulating.
// dout, in (rows,C); mean, rstd (rows).
void layernorm_backward_parameters(float *dweight, float *dbias, const float *dout,
                                   const float *in, const float *mean, const float *rstd,
                                   size_t rows, size_t C, size_t begin, size_t end,
                                   bool accumulate);

// mean, rstd (rows) of in (rows,C): the statistics alone, when they were not kept.
void layernorm_statistics(float *mean, float *rstd, const float *in, size_t rows, size_t C,
                          float epsilon);

// out (rows,C) = (in - mean) * rstd * weight + bias, from statistics already known.
void layernorm_apply(float *out, const float *in, const float *mean, const float *rstd,
                     const float *weight, const float *bias, size_t rows, size_t C);

// RMS norm (Zhang and Sennrich, arXiv 1910.07467).
// `shift` is added to the weight where it is used: 0, or 1 where weights are kept as differences
// from 1.

// out (rows,C) = in * rstd * (weight + shift); normalised (rows,C) = in * rstd, where it is not
// NULL; rstd (rows); in (rows,C); weight (C).
void rmsnorm_forward(float *out, float *_Nullable normalised, float *rstd, const float *in,
                     const float *weight, float shift, size_t rows, size_t C, float epsilon);

// din (rows,C) = gradient of the input, plus residual (rows,C) where that is not NULL; din may be
// the same memory as residual or dout. dout, in (rows,C); rstd (rows); weight (C).
void rmsnorm_backward_input(float *din, const float *dout, const float *in, const float *rstd,
                            const float *weight, float shift, const float *_Nullable residual,
                            size_t rows, size_t C);

// dweight (C), columns [begin,end) only; overwritten, or added to when accumulating.
void rmsnorm_backward_parameters(float *dweight, const float *dout, const float *in,
                                 const float *rstd, size_t rows, size_t C, size_t begin, size_t end,
                                 bool accumulate);

// rstd (rows) of in (rows,C): the statistics alone, when they were not kept.
void rmsnorm_statistics(float *rstd, const float *in, size_t rows, size_t C, float epsilon);

// out (rows,C) from statistics already known.
void rmsnorm_apply(float *out, const float *in, const float *rstd, const float *weight, float shift,
                   size_t rows, size_t C);

#pragma clang assume_nonnull end

#endif
