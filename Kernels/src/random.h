// A counter-based generator: the random bits of element i are a function of (seed, i) alone, so
// that any part of a sequence can be made on any core, and made again instead of stored.
#ifndef ASSAY_RANDOM_H
#define ASSAY_RANDOM_H

#include "vectormath.h"

// The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014; constants of Stafford's mix 13).
INLINE uint64_t mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Where a seed's sequence starts. Mixed, because the sequences of two seeds are the same one at
// two offsets: seeds 0 and 1 would otherwise be next to each other.
INLINE uint64_t start_of(uint64_t seed) { return mixed(seed + 0x9e3779b97f4a7c15u); }

// 64 random bits for one index.
INLINE uint64_t random_bits(uint64_t start, uint64_t index) {
  return mixed(start + (index + 1) * 0x9e3779b97f4a7c15u);
}

#endif
