// Vectors of the widest kind that the machine has. Whatever their width, every kernel gives the same bits: lanes never
// depend on each other, and what is added up is added in an order that the width does not change.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
// How vectors are passed to functions does not matter, since no other compilation calls them.
#pragma GCC diagnostic ignored "-Wpsabi"
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
constexpr int lanes = 16;
/** Rows of a block with one vector of columns, and with two: as many sums as there are registers for them. */
constexpr int most_rows[] = {24, 12};
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int lanes = 8;
constexpr int most_rows[] = {12, 6};
#elif defined(__aarch64__)
constexpr int lanes = 4;
constexpr int most_rows[] = {16, 8};
#else
#error "these kernels need a processor with fused multiply-add: AVX2 with FMA, AVX-512 or arm64"
#endif

/** Floats that may lie at any multiple of 4 bytes. */
typedef float Vector __attribute__((vector_size(4 * lanes), aligned(4), may_alias));

/** a × b + c, rounded once. */
static inline Vector fused(Vector a, Vector b, Vector c) {
#if defined(__AVX512F__)
  return (Vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__)
  return (Vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return (Vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#endif
}

static inline Vector load(const float *from) { return *(const Vector *)from; }
static inline void store(float *to, Vector value) { *(Vector *)to = value; }
static inline Vector splat(float value) { return value - Vector{}; }

/** Vectors of a fixed width: machines with narrower ones take several, so lanes can be added up to the same bits. */
template <int Count> struct Lanes {
  typedef float Type __attribute__((vector_size(4 * Count)));
  typedef float Anywhere __attribute__((vector_size(4 * Count), aligned(4), may_alias));
};
template <int Count> static inline typename Lanes<Count>::Type get(const float *from) {
  return *(const typename Lanes<Count>::Anywhere *)from;
}
template <int Count> static inline void put(float *to, typename Lanes<Count>::Type value) {
  *(typename Lanes<Count>::Anywhere *)to = value;
}

/** Four elements of two vectors of four, by their places in both together. */
template <int... Place> static inline Lanes<4>::Type picked(Lanes<4>::Type a, Lanes<4>::Type b) {
#if defined(__clang__)
  return __builtin_shufflevector(a, b, Place...);
#else
  typedef int Places __attribute__((vector_size(16)));
  return __builtin_shuffle(a, b, Places{Place...});
#endif
}

/** Memory that a kernel uses while it runs; it grows and is kept. Each place serves one purpose. */
enum Scratch { panel_scratch, image_scratch, loop_scratch, column_scratch, piece_scratch, scratch_places };
float *scratch(Scratch place, size_t floats);
