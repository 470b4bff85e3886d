#ifndef ASSAY_KERNELS_CROSSENTROPY_H
#define ASSAY_KERNELS_CROSSENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Cross-entropy. A row whose target is negative counts for nothing: its loss and its gradient are 0.

// logSoftmax (rows,V), losses (rows): log softmax of logits (rows,V) and -logSoftmax[target].
// logSoftmax may be the same memory as logits.
void cross_entropy_forward(float *logSoftmax, float *losses, const float *logits,
                           const int64_t *targets, size_t rows, size_t V);

// dlogits (rows,V) = (exp(logSoftmax) - onehot(target)) * scale; may be the same memory.
void cross_entropy_backward(float *dlogits, const float *logSoftmax, const int64_t *targets,
                            float scale, size_t rows, size_t V);

// probabilities (rows,V), losses (rows): softmax of logits (rows,V) and -log of the target's;
// probabilities may be the same memory as logits.
void softmax_loss_forward(float *probabilities, float *losses, const float *logits,
                          const int64_t *targets, size_t rows, size_t V);

// dlogits (rows,V) = (probabilities - onehot(target)) * scale; may be the same memory.
void softmax_loss_backward(float *dlogits, const float *probabilities, const int64_t *targets,
                           float scale, size_t rows, size_t V);

// Cross-entropy over a vocabulary that is divided among ranks.
// V is this rank's part of it, which begins with token `first`. In between, ranks take the largest
// of their maxima, and add up sums and chosen.

// maxima (rows): the largest of logits (rows,V).
void vocabulary_maxima(float *maxima, const float *logits, size_t rows, size_t V);

// sums (rows): of exp(logits - maxima). chosen (rows): the target's logit - maximum where this part
// has it, else 0. logits (rows,V); maxima, targets (rows).
void vocabulary_sums(float *sums, float *chosen, const float *logits, const float *maxima,
                     const int64_t *targets, int64_t first, size_t rows, size_t V);

// out (rows,V): log softmax of logits (rows,V), or softmax where not `logarithm`; may be the same
// memory. losses, maxima, sums, chosen, targets (rows); a negative target has no loss.
void vocabulary_softmax(float *out, float *losses, const float *logits, const float *maxima,
                        const float *sums, const float *chosen, const int64_t *targets,
                        bool logarithm, size_t rows, size_t V);

// dlogits (rows,V) = (softmax - onehot(target)) * scale, from what vocabulary_softmax wrote; may be
// the same memory.
void vocabulary_softmax_backward(float *dlogits, const float *out, const int64_t *targets,
                                 int64_t first, float scale, bool logarithm, size_t rows, size_t V);

#pragma clang assume_nonnull end

#endif
