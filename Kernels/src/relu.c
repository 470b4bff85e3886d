// ReLU. Its slope is known from its output as well as from its input, and is 0 at 0, as in PyTorch;
// NaN is passed on, so that a run that has gone wrong shows it.

#include "activation.h"

INLINE float relu(float x) { return larger(0.0f, x); }
INLINE float relu_slope(float x) { return x > 0.0f ? 1.0f : 0.0f; }

ACTIVATION(relu, relu, relu_slope)
