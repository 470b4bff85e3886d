// The sum of a token's and a position's embedding.

#include "kernels.h"
#include "vectormath.h"

// out (rows,C); token (V,C); position (T_max,C) or NULL; tokens (rows).
KERNEL void embedding_forward(float *out, const float *token, const float *position,
                              const int64_t *tokens, size_t first, size_t rows, size_t T,
                              size_t C) {
  for (size_t r = 0; r < rows; r++) {
    const float *a = token + (size_t)tokens[r] * C;
    float *y = out + r * C;
    if (!position) {
      memcpy(y, a, C * sizeof(float));
      continue;
    }
    const float *b = position + (first + r) % T * C;
    VECTORISE(1)
    for (size_t c = 0; c < C; c++) y[c] = a[c] + b[c];
  }
}

// inout (rows,C); table (K,C); ids (rows) or NULL.
KERNEL void embedding_add(float *inout, const float *table, const int64_t *ids, size_t first,
                          size_t rows, size_t T, size_t C) {
  for (size_t r = 0; r < rows; r++) {
    const float *a = table + (ids ? (size_t)ids[r] : (first + r) % T) * C;
    float *y = inout + r * C;
    VECTORISE(1)
    for (size_t c = 0; c < C; c++) y[c] += a[c];
  }
}

// dtoken (V,C); dout (rows,C); tokens (rows). A token may occur in many rows: the caller divides
// the columns among cores, so that no two of them add to the same element.
KERNEL void embedding_backward_token(float *dtoken, const float *dout, const int64_t *tokens,
                                     size_t rows, size_t C, size_t begin, size_t end) {
  for (size_t r = 0; r < rows; r++) {
    float *sum = dtoken + (size_t)tokens[r] * C;
    const float *dy = dout + r * C;
    VECTORISE(1)
    for (size_t c = begin; c < end; c++) sum[c] += dy[c];
  }
}

// dposition (T_max,C); dout (B,T,C).
KERNEL void embedding_backward_position(float *dposition, const float *dout, size_t B, size_t T,
                                        size_t T_max, size_t C, size_t begin, size_t end,
                                        bool accumulate) {
  for (size_t t = 0; t < T_max; t++) {
    float *sum = dposition + t * C;
    if (!accumulate && begin < end) memset(sum + begin, 0, (end - begin) * sizeof(float));
    if (t >= T) continue;
    for (size_t b = 0; b < B; b++) {
      const float *dy = dout + (b * T + t) * C;
      VECTORISE(1)
      for (size_t c = begin; c < end; c++) sum[c] += dy[c];
    }
  }
}
