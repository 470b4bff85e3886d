// Mixture of experts: the choice of experts, and the way of rows to them and back.

#include "kernels.h"
#include "vectormath.h"

// probabilities, logits (rows,E). In plain loops: there are few experts.
void router_softmax_forward(float *probabilities, const float *logits, size_t rows, size_t E) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = logits + r * E;
    float *p = probabilities + r * E;
    float max = x[0], sum = 0;
    for (size_t e = 1; e < E; e++) max = larger(max, x[e]);
    for (size_t e = 0; e < E; e++) sum += p[e] = vector_exp(x[e] - max);
    for (size_t e = 0; e < E; e++) p[e] /= sum;
  }
}

// Whether e is among the first n of chosen.
INLINE bool is_chosen(const int64_t *chosen, size_t n, size_t e) {
  for (size_t i = 0; i < n; i++)
    if (chosen[i] == (int64_t)e) return true;
  return false;
}

// chosen (rows,k); probabilities (rows,E).
void router_choose(int64_t *chosen, const float *probabilities, size_t rows, size_t E, size_t k) {
  for (size_t r = 0; r < rows; r++) {
    const float *p = probabilities + r * E;
    int64_t *ids = chosen + r * k;
    for (size_t i = 0; i < k; i++) {
      size_t best = E;
      for (size_t e = 0; e < E; e++)
        if (!is_chosen(ids, i, e) && (best == E || p[e] > p[best])) best = e;
      ids[i] = (int64_t)best;
    }
  }
}

// values (rows,k), sums (rows); probabilities (rows,E); chosen (rows,k).
void router_chosen_sums(float *values, float *sums, const float *probabilities,
                        const int64_t *chosen, size_t rows, size_t E, size_t k) {
  for (size_t r = 0; r < rows; r++) {
    sums[r] = 0;
    for (size_t i = 0; i < k; i++)
      sums[r] += values[r * k + i] = probabilities[r * E + (size_t)chosen[r * k + i]];
  }
}

// order, places (n); ends (E); chosen (n).
void router_sort(int64_t *order, int64_t *places, int32_t *ends, const int64_t *chosen, size_t n,
                 size_t E) {
  memset(ends, 0, E * sizeof(int32_t));
  for (size_t i = 0; i < n; i++) ends[chosen[i]]++;
  int32_t begin = 0;
  for (size_t e = 0; e < E; e++) {
    const int32_t count = ends[e];
    ends[e] = begin;
    begin += count;
  }
  // Each `ends` moves from where its expert's rows begin to where they end.
  for (size_t i = 0; i < n; i++) {
    const int32_t place = ends[chosen[i]]++;
    order[place] = (int64_t)i;
    places[i] = place;
  }
}

// order (E*capacity), places (n); ends (E); chosen (n).
void router_sort_limited(int64_t *order, int64_t *places, int32_t *ends, const int64_t *chosen,
                         size_t n, size_t E, size_t capacity) {
  for (size_t e = 0; e < E; e++) ends[e] = (int32_t)(e * capacity);
  for (size_t j = 0; j < E * capacity; j++) order[j] = -1;
  for (size_t i = 0; i < n; i++) {
    const size_t e = (size_t)chosen[i];
    const bool is_full = (size_t)ends[e] == (e + 1) * capacity;
    places[i] = is_full ? -1 : ends[e]++;
    if (!is_full) order[places[i]] = (int64_t)i;
  }
}

// weights, source, order (n); probabilities (rows,E); chosen (rows,k); sums (rows) or NULL.
void router_weights(float *weights, int64_t *source, const float *probabilities,
                    const int64_t *chosen, const float *sums, const int64_t *order, size_t n,
                    size_t E, size_t k) {
  for (size_t j = 0; j < n; j++) {
    weights[j] = 0;
    source[j] = -1;
    if (order[j] < 0) continue;
    const size_t i = (size_t)order[j], r = i / k;
    const float p = probabilities[r * E + (size_t)chosen[i]];
    weights[j] = sums ? p / sums[r] : p;
    source[j] = (int64_t)r;
  }
}

// The gradient of a weight, 0 where its pair has no place.
INLINE float at_place(const float *dweights, int64_t place) {
  return place < 0 ? 0 : dweights[place];
}

// dlogits (rows,E); dweights (n); probabilities (rows,E); chosen, places (rows,k); sums (rows) or
// NULL. With w = p / S, dL/dp = (dL/dw - sum of w dL/dw) / S.
void router_backward(float *dlogits, const float *dweights, const float *probabilities,
                     const int64_t *chosen, const float *sums, const int64_t *places, size_t rows,
                     size_t E, size_t k) {
  for (size_t r = 0; r < rows; r++) {
    const float *p = probabilities + r * E;
    const int64_t *ids = chosen + r * k, *at = places + r * k;
    float *dx = dlogits + r * E;

    float mean = 0;
    if (sums)
      for (size_t i = 0; i < k; i++) mean += p[ids[i]] / sums[r] * at_place(dweights, at[i]);
    memset(dx, 0, E * sizeof(float));
    for (size_t i = 0; i < k; i++) {
      const float dw = at_place(dweights, at[i]);
      dx[ids[i]] = sums ? (dw - mean) / sums[r] : dw;
    }

    float dot = 0;
    for (size_t e = 0; e < E; e++) dot += p[e] * dx[e];
    for (size_t e = 0; e < E; e++) dx[e] = p[e] * (dx[e] - dot);
  }
}

// inout, in (C).
KERNEL void add_scaled(float *inout, const float *in, float factor, size_t C) {
  VECTORISE(1)
  for (size_t c = 0; c < C; c++) inout[c] += factor * in[c];
}

// out (rows); a, b (rows,C).
KERNEL void dot_rows(float *out, const float *a, const float *b, size_t rows, size_t C) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = a + r * C, *y = b + r * C;
    float dot = 0;
    VECTORISE(2)
    for (size_t c = 0; c < C; c++) dot = plus(dot, x[c] * y[c]);
    out[r] = dot;
  }
}

// inout (rows,C); factors (rows).
KERNEL void scale_rows(float *inout, const float *factors, size_t rows, size_t C) {
  for (size_t r = 0; r < rows; r++) {
    float *y = inout + r * C;
    const float factor = factors[r];
    VECTORISE(1)
    for (size_t c = 0; c < C; c++) y[c] *= factor;
  }
}
