// Hashes of what all kernels compute from fixed numbers. Every compiler and processor must print what bits.txt has.
// It was made with GCC 12 for AVX-512; GCC 12 and Clang for AVX2, and Clang for arm64 (under QEMU), gave the same.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>
#include "reductions.h"
#include "convolution.h"

static std::vector<char> places[scratch_places];
float *scratch(Scratch place, size_t floats) {
  if (places[place].size() < floats * 4 + 192) places[place].resize(floats * 4 + 192);
  return (float *)(((uintptr_t)places[place].data() + 63) / 64 * 64);
}

static uint32_t state = 1;
static std::vector<float> numbers(size_t count) {
  std::vector<float> made(count + 64);
  for (float &value : made) {
    state = state * 1664525u + 1013904223u;
    value = (float)((int)(state >> 8) - (1 << 23)) / (float)(1 << 22);
  }
  return made;
}

/** Fowler, Noll and Vo, 1991. */
static uint64_t all = 1469598103934665603ull;
static void add(const std::vector<float> &values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    // What is no number has many forms.
    const float value = values[i] == values[i] ? values[i] : 0;
    uint32_t bits;
    memcpy(&bits, &value, 4);
    all = (all ^ bits) * 1099511628211ull;
  }
}
static void tell(const char *name) { printf("%s %016llx\n", name, (unsigned long long)all); }

int main() {
  for (int channels : {1, 3, 5, 16, 33})
    for (int filters : {1, 7, 16, 40})
      for (int stride : {1, 2, 3}) {
        const int height = 9, width = 11, down = (height + stride - 1) / stride, right = (width + stride - 1) / stride;
        const Convolution c = {2,     height, width,   channels, down, right, filters, 3,
                               2,     stride, stride,  1,        1,    stride == 1, 0};
        std::vector<float> x = numbers(2 * height * width * channels), kernel = numbers(6 * channels * filters);
        std::vector<float> y = numbers(2 * down * right * filters);
        convolve(c, x.data(), kernel.data(), y.data(), {});
        add(y, 2 * down * right * filters);
        convolve_kernel(c, x.data(), y.data(), kernel.data(), {});
        add(kernel, 6 * channels * filters);
        convolve_back(c, y.data(), kernel.data(), x.data(), {});
        add(x, 2 * height * width * channels);
      }
  tell("convolutions");
  for (int rows : {1, 7, 64, 130})
    for (int terms : {1, 16, 300, 700})
      for (int columns : {1, 10, 64, 530}) {
        const std::vector<float> a = numbers(rows * terms), b = numbers(terms * columns);
        std::vector<float> out = numbers(rows * columns);
        multiply({rows, terms, columns, a.data(), terms, 1, b.data(), columns, 1, out.data()});
        add(out, rows * columns);
        multiply({rows, terms, columns, a.data(), 1, rows, b.data(), 1, terms, out.data()});
        add(out, rows * columns);
      }
  tell("products");
  const int count = 100000;
  std::vector<float> a = numbers(count), b = numbers(count), out = a;
  for (float &value : a) value *= 20;
  for (const Elementwise operation : elementwise) {
    operation(a.data(), b.data(), out.data(), count);
    add(out, count);
  }
  tell("elements");
  softmax(a.data(), out.data(), 1000, 100);
  add(out, count);
  sum_first(a.data(), 1000, 100, out.data());
  sum_first(a.data(), 10000, 7, out.data() + 100);
  out[107] = sum_of(a.data(), 99999);
  out[108] = most_of(a.data(), 99999);
  add(out, 109);
  const Tiles tiles = {10, 5, 2, 2, 12};
  max_pool(tiles, a.data(), out.data());
  max_pool_back(tiles, a.data(), out.data(), b.data(), out.data() + 1000, {});
  add(out, 4000);
  const std::vector<int32_t> rows = {3, 0, 7, 3, 9};
  if (!gather(a.data(), 10, 6, rows.data(), 5, out.data())) return 1;
  sum_segments(a.data(), rows.data(), 5, 6, 8, out.data() + 30);
  add(out, 78);
  tell("reductions");
  for (const Tiles t : {Tiles{3, 1, 48, 1, 32}, Tiles{6, 5, 2, 3, 12}, Tiles{4, 1, 7, 7, 16}}) {
    const int pixels = t.rows * t.columns * t.height * t.width;
    mean_pool(t, a.data(), out.data());
    add(out, t.rows * t.columns * t.channels);
    mean_pool_back(t, b.data(), out.data(), {});
    add(out, pixels * t.channels);
  }
  tell("means");
}
