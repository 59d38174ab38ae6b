// Dropout masks from a counter: element i is a hash of i and two keys, so its place alone decides.
#pragma once
#include "simd.h"

typedef uint32_t Whole __attribute__((vector_size(4 * lanes)));

/** `lowbias32` (Wellons, 2018): a bijection in which each input bit flips each output bit about half of the time. */
static inline Whole mixed(Whole x) {
  x = (x ^ x >> 16) * 0x7feb352du;
  x = (x ^ x >> 15) * 0x846ca68bu;
  return x ^ x >> 16;
}

/** `kept` where the hash reaches the threshold, which is at most 2³², and else 0. */
static void fill_mask(float *to, size_t count, uint32_t first, uint32_t second, double threshold, float kept) {
  if (threshold >= 4294967296.0) {
    memset(to, 0, 4 * count);
    return;
  }
  const uint32_t step = 0x9e3779b9u;
  Whole counters;
  for (int lane = 0; lane < lanes; lane++) counters[lane] = first + step * (uint32_t)lane;
  const Whole seconds = second - Whole{}, least = (uint32_t)threshold - Whole{};
  for (size_t i = 0; i < count; i += lanes, counters += step * (uint32_t)lanes) {
    const Vector values = (Vector)((Whole)splat(kept) & (Whole)(mixed(mixed(counters) ^ seconds) >= least));
    if (i + lanes <= count) store(to + i, values);
    else memcpy(to + i, &values, 4 * (count - i));
  }
}
