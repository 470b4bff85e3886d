#ifndef ASSAY_KERNELS_ATTENTION_H
#define ASSAY_KERNELS_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Attention.

// s (rows,columns; leading dimension ld) += slope * (key - query): ALiBi (Press et al., arXiv
// 2108.12409). Row r is query q0 + r, column c is key k0 + c.
void alibi_forward(float *s, float slope, size_t q0, size_t k0, size_t rows, size_t columns,
                   size_t ld);

// s (rows,columns; ld) += bias of the distance key - query (Raffel et al., arXiv 1910.10683). `bias`
// points to that of the distance 0.
void distance_forward(float *s, const float *bias, size_t q0, size_t k0, size_t rows,
                      size_t columns, size_t ld);

// dbias, which points to that of the distance 0, += ds (rows,columns; ld) by distance.
void distance_backward(float *dbias, const float *ds, size_t q0, size_t k0, size_t rows,
                       size_t columns, size_t ld);

// Which keys a query sees: the `window` ones up to its own position, and, of those after it, the
// ones among the first `prefix`. Causal: prefix 0, window SIZE_MAX; bidirectional: both SIZE_MAX.
typedef struct {
  size_t prefix, window;
} attention_mask;

// One head: out (rows,T) = softmax of scale * in (rows,T) over the columns that row r, the query at
// position first + r, sees; the rest 0. out may be the same memory as in. scale > 0.
void softmax_masked_forward(float *out, const float *in, float scale, attention_mask mask,
                            size_t first, size_t rows, size_t T);

// din (rows,T) = scale * out * (dout - sum(out * dout)) over the columns that a row sees, the rest
// 0; din may be the same memory as dout. out (rows,T) is what forward returned.
void softmax_masked_backward(float *din, const float *dout, const float *out, float scale,
                             attention_mask mask, size_t first, size_t rows, size_t T);

#pragma clang assume_nonnull end

#endif
