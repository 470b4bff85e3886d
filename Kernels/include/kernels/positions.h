#ifndef ASSAY_KERNELS_POSITIONS_H
#define ASSAY_KERNELS_POSITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Positions as sines and cosines (Vaswani et al., arXiv 1706.03762, section 3.5).

// inout (C), C even, += sines of position * 10000^(-2i/C), i < C/2, and behind them the cosines.
void sinusoid_forward(float *inout, size_t position, size_t C);

// Rotary position embedding (Su et al., arXiv 2104.09864).
// Of each row of a head, element i turns together with element i + R/2, for i < R/2.

// cosine, sine (T,R) of the angles position * theta^(-2i/R), from position `first` on, the second
// half of a row as the first.
void rotary_angles(float *cosine, float *sine, double theta, size_t first, size_t T, size_t R);

// One head: inout (T,R; leading dimension ld) turned in place; cosine, sine (T,R).
void rotary_forward(float *inout, const float *cosine, const float *sine, size_t T, size_t R,
                    size_t ld);

// dinout (T,R; leading dimension ld) turned back: the gradient of what was turned.
void rotary_backward(float *dinout, const float *cosine, const float *sine, size_t T, size_t R,
                     size_t ld);

#pragma clang assume_nonnull end

#endif
