#ifndef ASSAY_KERNELS_FLASH_H
#define ASSAY_KERNELS_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attention.h"

#pragma clang assume_nonnull begin

// Tiled ("flash") attention (Dao et al., arXiv 2205.14135; Dao, arXiv 2307.08691).
// A tile is `rows` queries from position `q0` by `columns` keys from position `k0`; its scores lie
// in s (rows,ld) and hold unscaled q.k products.

// The online softmax of one tile. s becomes exp(scale * s - m); m, l (rows) are the running
// maximum and sum, and o (rows, D; leading dimension ldo) is rescaled by exp(old m - new m).
// On the first tile of a row block m is -INFINITY, l is 0, and o becomes 0 whatever it was.
// scale > 0.
void flash_tile_forward(float *s, float *m, float *l, float *o, float scale, attention_mask mask,
                        size_t q0, size_t k0, size_t rows, size_t columns, size_t ld, size_t D,
                        size_t ldo);

// The end of a row block: o /= l, and lse (rows) = m + log(l).
void flash_finish_forward(float *o, float *lse, const float *m, const float *l, size_t rows,
                          size_t D, size_t ldo);

// delta (rows) = sum over D of dout * out (rows,D; leading dimensions lddo, ldo).
void flash_delta(float *delta, const float *dout, const float *out, size_t rows, size_t D,
                 size_t lddo, size_t ldo);

// s becomes p = exp(scale * s - lse); ds (rows,ld) holds dout.v and becomes
// scale * p * (ds - delta). Hidden keys become 0 in both.
void flash_tile_backward(float *ds, float *s, const float *lse, const float *delta, float scale,
                         attention_mask mask, size_t q0, size_t k0, size_t rows, size_t columns,
                         size_t ld);

#pragma clang assume_nonnull end

#endif
