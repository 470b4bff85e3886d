// Everything in a training step that is not a matrix product, in fp32.
//
// Conventions. Arguments come outputs first, then inputs, then sizes. The first comment line of a
// kernel gives the shapes. A kernel neither allocates nor starts threads: it works on the rows it
// is given, and the caller hands different rows to different cores. Where a result is a sum over
// rows (the gradient of a bias), the caller hands out columns instead, so that the order of every
// sum, and with it every bit of the result, does not depend on the number of cores.
//
// B batch, T sequence, C hidden size, NH heads, D head dimension, V vocabulary. Matrices are
// row-major.
#ifndef ASSAY_KERNELS_H
#define ASSAY_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// ---- formats of 16 bits ------------------------------------------------------------------------
// Kernels compute with floats; what is stored in 16 bits is widened for them, and their results are
// rounded to the nearest on the way back, to the even one of two.

typedef enum { FORMAT_FP32, FORMAT_BF16, FORMAT_FP16 } number_format;

// out (rows,C; leading dimension ldo) = in (rows,C; ldi), which is stored in `format`.
void widen(float *out, const void *in, number_format format, size_t rows, size_t C, size_t ldo,
           size_t ldi);

// out (rows,C; leading dimension ldo), stored in `format`, = in (rows,C; ldi).
void narrow(void *out, const float *in, number_format format, size_t rows, size_t C, size_t ldo,
            size_t ldi);

// ---- integers of 8 or 4 bits -------------------------------------------------------------------
// Each group of a row's elements has a scale; an integer is a multiple of it. Two integers of 4 bits
// share a byte, so groups are even.

// out (rows, C bits/8 bytes), scales (rows,C/group) of in (rows,C; leading dimension ldi).
void quantise_rows(uint8_t *out, float *scales, const float *in, int bits, size_t rows, size_t C,
              size_t group, size_t ldi);

// out (rows,C) of in (rows, C bits/8 bytes) and scales (rows,C/group).
void dequantise_rows(float *out, const uint8_t *in, const float *scales, int bits, size_t rows,
                size_t C, size_t group);

// ---- positions as sines and cosines (Vaswani et al., arXiv 1706.03762, section 3.5) ---------------

// inout (C), C even, += sines of position * 10000^(-2i/C), i < C/2, and behind them the cosines.
void sinusoid_forward(float *inout, size_t position, size_t C);

// ---- layer norm (Ba et al., arXiv 1607.06450) ------------------------------------------------

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

// ---- RMS norm (Zhang and Sennrich, arXiv 1910.07467) ------------------------------------------
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

// ---- linear layers ---------------------------------------------------------------------------

// inout (rows,C) += bias (C), in every row.
void bias_forward(float *inout, const float *bias, size_t rows, size_t C);

// dbias (C) = column sums of dout (rows,C); columns [begin,end) only; added to when accumulating.
void bias_backward(float *dbias, const float *dout, size_t rows, size_t C, size_t begin,
                   size_t end, bool accumulate);

// inout (rows,C) = residual (rows,C) + (inout + bias (C)): the end of a residual branch without
// dropout. bias may be NULL.
void bias_residual_forward(float *inout, const float *_Nullable bias, const float *residual,
                           size_t rows, size_t C);

// ---- activation functions ----------------------------------------------------------------------
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

// ---- dropout (Srivastava et al., 2014), with a counter-based generator -------------------------
// Element i of a call is kept when its 32 random bits, a function of (seed, first + i) alone, are
// at least round(p * 2^32); kept elements are scaled by 1/(1-p). So a mask can be made again from
// its seed instead of being stored.

// mask (n): 1 where kept.
void dropout_mask(uint8_t *mask, uint64_t seed, uint64_t first, float p, size_t n);

// out (n) = in (n) * mask (n) / (1-p); out may be the same memory as in. Its own backward.
void dropout_apply(float *out, const float *in, const uint8_t *mask, float p, size_t n);

// ---- attention ---------------------------------------------------------------------------------

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

// ---- tiled ("flash") attention (Dao et al., arXiv 2205.14135; Dao, arXiv 2307.08691) -----------
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

// ---- rotary position embedding (Su et al., arXiv 2104.09864) -------------------------------------
// Of each row of a head, element i turns together with element i + R/2, for i < R/2.

// cosine, sine (T,R) of the angles position * theta^(-2i/R), the second half of a row as the first.
void rotary_angles(float *cosine, float *sine, double theta, size_t T, size_t R);

// One head: inout (T,R; leading dimension ld) turned in place; cosine, sine (T,R).
void rotary_forward(float *inout, const float *cosine, const float *sine, size_t T, size_t R,
                    size_t ld);

// dinout (T,R; leading dimension ld) turned back: the gradient of what was turned.
void rotary_backward(float *dinout, const float *cosine, const float *sine, size_t T, size_t R,
                     size_t ld);

// ---- cross-entropy -----------------------------------------------------------------------------
// A row whose target is negative counts for nothing: its loss and its gradient are 0.

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

// ---- cross-entropy over a vocabulary that is divided among ranks --------------------------------
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

// ---- optimizer ---------------------------------------------------------------------------------

// Sum of squares of in (n), accumulated in double.
double sum_of_squares(const float *in, size_t n);

// One pass of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) over n elements.
// The gradient is first multiplied by gradientScale (gradient clipping); correction1 and
// correction2 are 1 - beta^step.
void adamw(float *parameter, float *m, float *v, const float *gradient, float gradientScale,
           float learningRate, float beta1, float beta2, float epsilon, float weightDecay,
           float correction1, float correction2, size_t n);

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

// ---- Adafactor (Shazeer and Stern, arXiv 1804.04235) ---------------------------------------------
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

// ---- Adam with states of 8 bits (Dettmers et al., arXiv 2110.02861) -------------------------------

// Elements that share a scale, as in bitsandbytes.
#define ADAM8BIT_BLOCK 256

typedef struct {
  float gradientScale, learningRate, beta1, beta2, epsilon, correction1, correction2;
} adam8bit_constants;

// table (256), ascending: what the bytes of a state stand for, relative to the largest of a block.
void adam8bit_table(float *table, bool isSigned);

// One pass of Adam over parameter, gradient (n) and states of a byte each, m, v (n), with the largest
// magnitudes of their blocks, largestM, largestV (n / ADAM8BIT_BLOCK, rounded up).
void adam8bit(float *parameter, uint8_t *m, uint8_t *v, float *largestM, float *largestV,
              const float *gradient, const float *signedTable, const float *unsignedTable,
              const adam8bit_constants *constants, size_t n);

// ---- mixture of experts (Shazeer et al., arXiv 1701.06538; Jiang et al., arXiv 2401.04088) ---------
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

// At each place, weights (n): the probability, divided by its row's sum where sums (rows) is not
// NULL; source (n): the row. probabilities (rows,E); chosen (rows,k); order (n).
void router_weights(float *weights, int64_t *source, const float *probabilities,
                    const int64_t *chosen, const float *_Nullable sums, const int64_t *order,
                    size_t n, size_t E, size_t k);

// dlogits (rows,E) from dweights (n). probabilities (rows,E); chosen, places (rows,k); sums (rows)
// or NULL.
void router_backward(float *dlogits, const float *dweights, const float *probabilities,
                     const int64_t *chosen, const float *_Nullable sums, const int64_t *places,
                     size_t rows, size_t E, size_t k);

// inout (C) += factor * in (C).
void add_scaled(float *inout, const float *in, float factor, size_t C);

// out (rows): the dot product of each row of a and b (rows,C).
void dot_rows(float *out, const float *a, const float *b, size_t rows, size_t C);

// inout (rows,C) *= factors (rows), row by row.
void scale_rows(float *inout, const float *factors, size_t rows, size_t C);

// ---- plumbing ----------------------------------------------------------------------------------

// out (n) = a (n) + b (n); out may be the same memory as a or b.
void add(float *out, const float *a, const float *b, size_t n);

// out (n) = a (n) * b (n); out may be the same memory as a or b.
void multiply(float *out, const float *a, const float *b, size_t n);

// inout (n) moves towards `to` (n), by `weight` of the way.
void lerp(float *inout, const float *to, float weight, size_t n);

// out (n) = in (n) + constant; out may be the same memory as in.
void add_constant(float *out, const float *in, float constant, size_t n);

// out (n) = in (n) * factor; out may be the same memory as in.
void scale(float *out, const float *in, float factor, size_t n);

// out (rows, of so many bytes; ldo bytes apart) = in (rows; ldi bytes apart).
void copy_rows(void *out, const void *in, size_t rows, size_t bytes, size_t ldo, size_t ldi);

// out (n) from a normal distribution (Box-Muller on the same counter-based generator as dropout).
void fill_normal(float *out, uint64_t seed, uint64_t first, float mean, float deviation, size_t n);

#pragma clang assume_nonnull end
#endif
