// Elementary functions, to one or two units in the last place. They use only operations that IEEE 754 defines to the last bit
// (and integers), so every machine gives the same bits; a machine's own library would not. The compiler makes vectors of them.
// Terms are those of scripts/fit-functions.py.
#pragma once
#include <cmath>
#include "simd.h"

static inline float bits_to_float(int32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
static inline int32_t float_to_bits(float value) {
  int32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

template <int Count> static inline float polynomial(const float (&terms)[Count], float x) {
  float sum = terms[Count - 1];
#pragma GCC unroll 16
  for (int i = Count - 2; i >= 0; i--) sum = __builtin_fmaf(sum, x, terms[i]);
  return sum;
}

/** Unsigned, since the exponents that a value which is no number comes to are any. */
static inline float power_of_two(int32_t exponent) { return bits_to_float((int32_t)(((uint32_t)exponent + 127u) << 23)); }

constexpr float exp_terms[] = {0.49999988079071045f, 0.16666512191295624f, 0.04166964441537857f, 0.008369628340005875f,
                               0.0013748822966590524f};

/** e to the power of x: 2 to a whole number times a polynomial. */
static inline float exp_of(float x) {
  constexpr float log2_of_e = 1.44269504f, high = 0.693359375f, low = -2.12194440e-4f, shift = 12582912.0f;
  // Beyond these the result is 0 or infinite.
  const float held = x > 89.0f ? 89.0f : x < -104.0f ? -104.0f : x;
  const float shifted = __builtin_fmaf(held, log2_of_e, shift);
  const float whole = shifted - shift;
  const float rest = __builtin_fmaf(-whole, low, __builtin_fmaf(-whole, high, held));
  const float power = __builtin_fmaf(polynomial(exp_terms, rest), rest * rest, rest) + 1.0f;
  // In two factors, since one could not hold 2 to the power of 128.
  const int32_t exponent = float_to_bits(shifted) - float_to_bits(shift), half = exponent >> 1;
  return power * power_of_two(half) * power_of_two(exponent - half);
}

constexpr float log_terms[] = {0.3333331048488617f,   -0.25000014901161194f, 0.20002204179763794f,
                               -0.16667643189430237f, 0.14217890799045563f,  -0.12411268800497055f,
                               0.1190471202135086f,   -0.11646434664726257f, 0.06675271689891815f};

static inline float log_of(float x) {
  // From √½ to √2 times a power of 2.
  const uint32_t bits = (uint32_t)float_to_bits(x);
  const int32_t exponent = (int32_t)(bits - 0x3f3504f3u) >> 23;
  const float f = bits_to_float((int32_t)(bits - ((uint32_t)exponent << 23))) - 1.0f, e = (float)exponent;
  const float square = f * f;
  const float rest = __builtin_fmaf(polynomial(log_terms, f), square * f, __builtin_fmaf(e, -2.12194440e-4f, -0.5f * square));
  const float log = __builtin_fmaf(e, 0.693359375f, f + rest);
  return x > 0.0f ? (x < INFINITY ? log : x) : x == 0.0f ? -INFINITY : NAN;
}

static inline float sigmoid_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }

constexpr float tanh_terms[] = {-0.33333274722099304f, 0.13331273198127747f, -0.05372518673539162f, 0.020590346306562424f,
                                -0.005649086553603411f};

static inline float tanh_of(float x) {
  const float square = x * x, size = std::fabs(x);
  const float near = __builtin_fmaf(polynomial(tanh_terms, square) * square, x, x);
  const float far = 1.0f - 2.0f / (exp_of(2.0f * size) + 1.0f);
  return size < 0.6f ? near : x < 0.0f ? -far : far;
}

constexpr float erf_near[] = {1.1283791065216064f,    -0.37612485885620117f, 0.11281732469797134f,
                              -0.026763102039694786f, 0.004987470339983702f, -0.0005959483678452671f};
/** Of the logarithm of 1 − erf. */
constexpr float erf_far[] = {9.505968046141788e-05f, -1.1290338039398193f,   -0.6346132755279541f,  -0.10637543350458145f,
                             0.023317323997616768f,  -0.003059646114706993f, -1.1970300874963868e-05f, 9.144002251559868e-05f,
                             -1.6141904779942706e-05f, 1.0031094461737666e-06f};

static inline float erf_of(float x) {
  const float size = std::fabs(x), held = size > 4.0f ? 4.0f : size;
  const float near = polynomial(erf_near, x * x) * x;
  const float far = 1.0f - exp_of(polynomial(erf_far, held));
  return size < 0.92f ? near : x < 0.0f ? -far : x > 0.0f ? far : x;
}
