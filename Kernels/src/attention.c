// Attention's softmax over a whole row of scores, and what is added to them before.

#include "kernels.h"
#include "vectormath.h"

// s (rows,columns; ld).
KERNEL void alibi_forward(float *s, float slope, size_t q0, size_t k0, size_t rows, size_t columns,
                          size_t ld) {
  for (size_t r = 0; r < rows; r++) {
    float *x = s + r * ld;
    const int distance = (int)k0 - (int)(q0 + r);
    VECTORISE(1)
    for (int c = 0; c < (int)columns; c++) x[c] += slope * (float)(distance + c);
  }
}

// out, in (rows,T). scale > 0.
KERNEL void softmax_causal_forward(float *out, const float *in, float scale, size_t first,
                                   size_t rows, size_t T) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = in + r * T;
    float *y = out + r * T;
    const int visible = (int)(first + r + 1);
    // The last visible columns and the first hidden ones make a whole vector, with the hidden ones
    // at -INFINITY: that gives them the 0 that they are to get, and needs no scalar loop.
    const int rounded = (visible + 15) / 16 * 16;
    const int worked = rounded < (int)T ? rounded : (int)T;

    const float max = scale * largest(x, (size_t)visible);
    float sum = 0;
    VECTORISE(1)
    for (int c = 0; c < worked; c++) {
      const float score = scale * x[c];
      y[c] = vector_exp(c < visible ? score - max : -INFINITY);
      sum = plus(sum, y[c]);
    }

    const float factor = 1.0f / sum;
    VECTORISE(1)
    for (int c = 0; c < worked; c++) y[c] *= factor;
    memset(y + worked, 0, (T - (size_t)worked) * sizeof(float));
  }
}

// din, dout, out (rows,T).
KERNEL void softmax_causal_backward(float *din, const float *dout, const float *out, float scale,
                                    size_t first, size_t rows, size_t T) {
  for (size_t r = 0; r < rows; r++) {
    const float *dy = dout + r * T;
    const float *y = out + r * T;
    float *dx = din + r * T;
    const size_t visible = first + r + 1;

    float dot = 0;
    VECTORISE(2)
    for (size_t c = 0; c < visible; c++) dot = plus(dot, y[c] * dy[c]);

    VECTORISE(1)
    for (size_t c = 0; c < visible; c++) dx[c] = scale * (y[c] * (dy[c] - dot));
    memset(dx + visible, 0, (T - visible) * sizeof(float));
  }
}
