// Positions as sines and cosines (Vaswani et al., arXiv 1706.03762, section 3.5), in the arrangement
// of Marian: the sines in the first half of a row, the cosines in the second.

#include <math.h>

#include "kernels.h"

// inout (C). In double: an angle of thousands of radians keeps too few digits in float.
void sinusoid_forward(float *inout, size_t position, size_t C) {
  for (size_t i = 0; i < C / 2; i++) {
    const double angle = (double)position * pow(10000.0, -2.0 * (double)i / (double)C);
    inout[i] += (float)sin(angle);
    inout[C / 2 + i] += (float)cos(angle);
  }
}
