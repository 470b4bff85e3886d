// Tiled attention (Dao et al., arXiv 2205.14135; Dao, arXiv 2307.08691): what happens to a tile of
// scores between the matrix products.

#include "kernels.h"
#include "mask.h"
#include "vectormath.h"

// s (rows,columns; ld); m, l (rows); o (rows,D; ldo). scale > 0.
KERNEL void flash_tile_forward(float *s, float *m, float *l, float *o, float scale,
                               attention_mask mask, size_t q0, size_t k0, size_t rows,
                               size_t columns, size_t ld, size_t D, size_t ldo) {
  for (size_t r = 0; r < rows; r++) {
    float *x = s + r * ld;
    float *y = o + r * ldo;
    const key_range visible = visible_keys(mask, q0 + r, k0, columns);
    const size_t count = (size_t)(visible.end - visible.first);

    const float old = m[r];
    const float next = larger(old, scale * largest(x + visible.first, count));
    // A row that has seen no key yet has no maximum; any number will do in its place.
    const float base = next == -INFINITY ? 0.0f : next;

    // The hidden columns too: at -INFINITY they get the 0 that they are to get.
    float sum = 0;
    VECTORISE(1)
    for (int c = 0; c < (int)columns; c++) {
      const float score = scale * x[c];
      x[c] = vector_exp(sees(visible, c) ? score - base : -INFINITY);
      sum = plus(sum, x[c]);
    }

    const float factor = vector_exp(old - base);
    m[r] = next;
    l[r] = l[r] * factor + sum;
    // On the first tile o has never been written, and may hold NaN.
    if (old == -INFINITY) {
      memset(y, 0, D * sizeof(float));
    } else if (factor != 1.0f) {
      VECTORISE(1)
      for (size_t d = 0; d < D; d++) y[d] *= factor;
    }
  }
}

// o (rows,D; ldo); lse, m, l (rows).
KERNEL void flash_finish_forward(float *o, float *lse, const float *m, const float *l, size_t rows,
                                 size_t D, size_t ldo) {
  for (size_t r = 0; r < rows; r++) {
    float *y = o + r * ldo;
    const float factor = 1.0f / l[r];
    VECTORISE(1)
    for (size_t d = 0; d < D; d++) y[d] *= factor;
    lse[r] = m[r] + logf(l[r]);
  }
}

// delta (rows); dout (rows,D; lddo); out (rows,D; ldo).
KERNEL void flash_delta(float *delta, const float *dout, const float *out, size_t rows, size_t D,
                        size_t lddo, size_t ldo) {
  for (size_t r = 0; r < rows; r++) {
    const float *dy = dout + r * lddo;
    const float *y = out + r * ldo;
    float sum = 0;
    VECTORISE(2)
    for (size_t d = 0; d < D; d++) sum = plus(sum, dy[d] * y[d]);
    delta[r] = sum;
  }
}

// ds, s (rows,columns; ld); lse, delta (rows).
KERNEL void flash_tile_backward(float *ds, float *s, const float *lse, const float *delta,
                                float scale, attention_mask mask, size_t q0, size_t k0,
                                size_t rows, size_t columns, size_t ld) {
  for (size_t r = 0; r < rows; r++) {
    float *x = s + r * ld;
    float *dx = ds + r * ld;
    const float log_sum = lse[r], mean = delta[r];
    const key_range visible = visible_keys(mask, q0 + r, k0, columns);
    VECTORISE(1)
    for (int c = 0; c < (int)columns; c++) {
      const float score = scale * x[c];
      const float p = vector_exp(sees(visible, c) ? score - log_sum : -INFINITY);
      const float change = scale * (p * (dx[c] - mean));
      x[c] = p;
      dx[c] = sees(visible, c) ? change : 0.0f;
    }
  }
}
