#ifndef ASSAY_KERNELS_OPTIMIZERS_H
#define ASSAY_KERNELS_OPTIMIZERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Sum of squares of in (n), accumulated in double.
double sum_of_squares(const float *in, size_t n);

// Of one update of Adam. The gradient is first multiplied by gradientScale (gradient clipping);
// correction1 and correction2 are 1 - beta^step.
typedef struct {
  float gradientScale, learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2;
} adam_constants;

// One pass of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) over parameter, m, v and
// gradient (n).
void adamw(float *parameter, float *m, float *v, const float *gradient,
           const adam_constants *constants, size_t n);

// The same in passes, bit for bit. First m, v (n) take up the gradient.
void adam_moments(float *m, float *v, const float *gradient, float gradientScale, float beta1,
                  float beta2, size_t n);

// Then out (n) = the root of v / correction2; with epsilon it is the divisor.
void adam_root(float *out, const float *v, float correction2, size_t n);

// At last parameter (n) decays, and loses m / divisor times the step size.
void adamw_apply(float *parameter, const float *m, const float *divisor, float learningRate,
                 float weightDecay, float correction1, size_t n);

// One pass of gradient descent: parameter (n) -= learningRate * gradientScale * gradient (n).
void sgd(float *parameter, const float *gradient, float gradientScale, float learningRate,
         size_t n);

// One pass of gradient descent with momentum: velocity (n) = beta * velocity + gradientScale *
// gradient (n); parameter (n) -= learningRate * velocity.
void momentum(float *parameter, float *velocity, const float *gradient, float gradientScale,
              float learningRate, float beta, size_t n);

// Adafactor (Shazeer and Stern, arXiv 1804.04235).
// The square of a gradient (R,C), times `scale`, is estimated by its means over rows and columns:
// rows[r] * columns[c] / rowMean, where rowMean is the mean of rows; or, for a vector, by columns
// alone, with rows NULL and R = 1. An update is the gradient over the estimate's root; an estimate
// is at least `least`.

// mean (R) moves towards the mean squares of scale * in (R,C), by `weight` of the way.
void mean_square_rows(float *mean, const float *in, float scale, float weight, size_t R, size_t C);

// sum (C) = share times the sum of the squares of scale * in (R,C); columns [begin,end) only; added
// to what sum holds when accumulating.
void square_sum_columns(float *sum, const float *in, float scale, float share, size_t R, size_t C,
                        size_t begin, size_t end, bool accumulate);

// out (R,C), the update; it may be the same memory as gradient.
void adafactor_update(float *out, const float *gradient, const float *_Nullable rows,
                      const float *columns, float scale, float rowMean, float least, size_t R,
                      size_t C);

// The sum of the update's squares, accumulated in double.
double adafactor_square_sum(const float *gradient, const float *_Nullable rows,
                            const float *columns, float scale, float rowMean, float least,
                            size_t R, size_t C);

// parameter (R,C) -= step * update.
void adafactor_apply(float *parameter, const float *gradient, const float *_Nullable rows,
                     const float *columns, float scale, float rowMean, float least, float step,
                     size_t R, size_t C);

// Adam with states of 8 bits (Dettmers et al., arXiv 2110.02861).

// Elements that share a scale, as in bitsandbytes.
#define ADAM8BIT_BLOCK 256

// table (256), ascending: what the bytes of a state stand for, relative to the largest of a block.
void adam8bit_table(float *table, bool isSigned);

// One pass of Adam, without decay, over parameter, gradient (n) and states of a byte each, m, v (n),
// with the largest magnitudes of their blocks, largestM, largestV (n / ADAM8BIT_BLOCK, rounded up).
void adam8bit(float *parameter, uint8_t *m, uint8_t *v, float *largestM, float *largestV,
              const float *gradient, const float *signedTable, const float *unsignedTable,
              const adam_constants *constants, size_t n);

#pragma clang assume_nonnull end

#endif
