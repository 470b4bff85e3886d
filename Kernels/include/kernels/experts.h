#ifndef ASSAY_KERNELS_EXPERTS_H
#define ASSAY_KERNELS_EXPERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Mixture of experts (Shazeer et al., arXiv 1701.06538; Jiang et al., arXiv 2401.04088).
// E experts, of which each row goes to k. The n = rows*k pairs of a row and an expert have a number,
// row * k + i for the i-th expert of a row, and a place: sorted by expert, in order of their numbers.

// probabilities (rows,E) = softmax of logits (rows,E).
void router_softmax_forward(float *probabilities, const float *logits, size_t rows, size_t E);

// chosen (rows,k): the likeliest experts of each row, likeliest first; of two alike the first.
// probabilities (rows,E).
void router_choose(int64_t *chosen, const float *probabilities, size_t rows, size_t E, size_t k);

// values (rows,k) of probabilities (rows,E) at chosen (rows,k), and their sums (rows).
void router_chosen_sums(float *values, float *sums, const float *probabilities,
                        const int64_t *chosen, size_t rows, size_t E, size_t k);

// order (n): the number of the pair at each place; places (n): the place of each number; ends (E):
// the place behind an expert's last. chosen (n).
void router_sort(int64_t *order, int64_t *places, int32_t *ends, const int64_t *chosen, size_t n,
                 size_t E);

// The same with as many places for each expert: order (E*capacity), -1 where a place stays empty;
// places (n), -1 for a pair that comes when its expert's places are taken. chosen (n).
void router_sort_limited(int64_t *order, int64_t *places, int32_t *ends, const int64_t *chosen,
                         size_t n, size_t E, size_t capacity);

// At each of n places, weights (n): the probability, divided by its row's sum where sums (rows) is
// not NULL; source (n): the row. 0 and -1 at an empty place. probabilities (rows,E); chosen (rows,k);
// order (n).
void router_weights(float *weights, int64_t *source, const float *probabilities,
                    const int64_t *chosen, const float *_Nullable sums, const int64_t *order,
                    size_t n, size_t E, size_t k);

// dlogits (rows,E) from dweights (n), 0 for a pair without a place. probabilities (rows,E); chosen,
// places (rows,k); sums (rows) or NULL.
void router_backward(float *dlogits, const float *dweights, const float *probabilities,
                     const int64_t *chosen, const float *_Nullable sums, const int64_t *places,
                     size_t rows, size_t E, size_t k);

// inout (C) += factor * in (C).
void add_scaled(float *inout, const float *in, float factor, size_t C);

// out (rows): the dot product of each row of a and b (rows,C).
void dot_rows(float *out, const float *a, const float *b, size_t rows, size_t C);

// inout (rows,C) *= factors (rows), row by row.
void scale_rows(float *inout, const float *factors, size_t rows, size_t C);

#pragma clang assume_nonnull end

#endif
