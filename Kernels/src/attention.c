// Attention's softmax over a whole row of scores, and what is added to them before.

#include "kernels.h"
#include "mask.h"
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

// s (rows,columns; ld).
KERNEL void distance_forward(float *s, const float *bias, size_t q0, size_t k0, size_t rows,
                             size_t columns, size_t ld) {
  for (size_t r = 0; r < rows; r++) {
    float *x = s + r * ld;
    const float *b = bias + ((ptrdiff_t)k0 - (ptrdiff_t)(q0 + r));
    VECTORISE(1)
    for (size_t c = 0; c < columns; c++) x[c] += b[c];
  }
}

// ds (rows,columns; ld).
KERNEL void distance_backward(float *dbias, const float *ds, size_t q0, size_t k0, size_t rows,
                              size_t columns, size_t ld) {
  for (size_t r = 0; r < rows; r++) {
    const float *dx = ds + r * ld;
    float *db = dbias + ((ptrdiff_t)k0 - (ptrdiff_t)(q0 + r));
    VECTORISE(1)
    for (size_t c = 0; c < columns; c++) db[c] += dx[c];
  }
}

// out, in (rows,T). scale > 0.
KERNEL void softmax_masked_forward(float *out, const float *in, float scale, attention_mask mask,
                                   size_t first, size_t rows, size_t T) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = in + r * T;
    float *y = out + r * T;
    const key_range visible = visible_keys(mask, first + r, 0, T);
    // The visible columns and the hidden ones next to them make whole vectors, with the hidden ones
    // at -INFINITY: that gives them the 0 that they are to get, and needs no scalar loop.
    const int start = visible.first / 16 * 16;
    const int rounded = (visible.end + 15) / 16 * 16;
    const int end = rounded < (int)T ? rounded : (int)T;
    const size_t count = (size_t)(visible.end - visible.first);

    const float max = scale * largest(x + visible.first, count);
    float sum = 0;
    VECTORISE(1)
    for (int c = start; c < end; c++) {
      const float score = scale * x[c];
      y[c] = vector_exp(sees(visible, c) ? score - max : -INFINITY);
      sum = plus(sum, y[c]);
    }

    const float factor = 1.0f / sum;
    VECTORISE(1)
    for (int c = start; c < end; c++) y[c] *= factor;
    memset(y, 0, (size_t)start * sizeof(float));
    memset(y + end, 0, (T - (size_t)end) * sizeof(float));
  }
}

// din, dout, out (rows,T).
KERNEL void softmax_masked_backward(float *din, const float *dout, const float *out, float scale,
                                    attention_mask mask, size_t first, size_t rows, size_t T) {
  for (size_t r = 0; r < rows; r++) {
    const float *dy = dout + r * T;
    const float *y = out + r * T;
    float *dx = din + r * T;
    const key_range visible = visible_keys(mask, first + r, 0, T);

    float dot = 0;
    VECTORISE(2)
    for (int c = visible.first; c < visible.end; c++) dot = plus(dot, y[c] * dy[c]);

    VECTORISE(1)
    for (int c = visible.first; c < visible.end; c++) dx[c] = scale * (y[c] * (dy[c] - dot));
    memset(dx, 0, (size_t)visible.first * sizeof(float));
    memset(dx + visible.end, 0, (T - (size_t)visible.end) * sizeof(float));
  }
}
