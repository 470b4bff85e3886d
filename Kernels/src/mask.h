// The keys that a query sees under a mask: neighbours, from a first one up to an end.

#pragma once

#include "kernels.h"
#include "vectormath.h"

typedef struct {
  int first, end;
} key_range;

// Of the `columns` keys from position k0 on.
INLINE key_range visible_keys(attention_mask mask, size_t query, size_t k0, size_t columns) {
  const size_t own = query + 1;
  const size_t first = own > mask.window ? own - mask.window : 0;
  const size_t end = own > mask.prefix ? own : mask.prefix;
  const size_t last_end = k0 + columns;
  key_range range = {0, 0};
  if (first >= last_end || end <= k0) return range;
  range.first = first > k0 ? (int)(first - k0) : 0;
  range.end = end < last_end ? (int)(end - k0) : (int)columns;
  return range;
}

// Whether column c is among them; without a branch.
INLINE int sees(key_range visible, int c) { return (c >= visible.first) & (c < visible.end); }
