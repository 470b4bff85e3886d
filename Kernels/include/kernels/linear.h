#ifndef ASSAY_KERNELS_LINEAR_H
#define ASSAY_KERNELS_LINEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Linear layers.

// inout (rows,C) += bias (C), in every row.
void bias_forward(float *inout, const float *bias, size_t rows, size_t C);

// dbias (C) = column sums of dout (rows,C); columns [begin,end) only; added to when accumulating.
void bias_backward(float *dbias, const float *dout, size_t rows, size_t C, size_t begin,
                   size_t end, bool accumulate);

// inout (rows,C) = residual (rows,C) + (inout + bias (C)): the end of a residual branch without
// dropout. bias may be NULL.
void bias_residual_forward(float *inout, const float *_Nullable bias, const float *residual,
                           size_t rows, size_t C);

#pragma clang assume_nonnull end

#endif
