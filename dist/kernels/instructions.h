// Runs the instructions of a program on the memory that it is given. An instruction is a number of its kind, how many
// numbers it has, and those; places are bytes from the start of the memory.
#pragma once
#include <memory>
#include <utility>
#include "reductions.h"
#include "convolution.h"

namespace {
struct Place {
  std::unique_ptr<char[]> memory;
  size_t bytes = 0;
};
Place places[scratch_places];
}  // namespace

float *scratch(Scratch place, size_t floats) {
  Place &p = places[place];
  const size_t bytes = 4 * floats + 64;
  if (p.bytes < bytes) {
    p.memory.reset(new char[bytes]());
    p.bytes = bytes;
  }
  return (float *)(((uintptr_t)p.memory.get() + 63) / 64 * 64);
}

namespace {
enum class Kind { loop, product, sum_last, max_last, sum_first, transpose, gather, sum_segments, max_pool, max_pool_back,
                  mean_pool, mean_pool_back, softmax, convolve, convolve_back, convolve_kernel, joined };

/** Reads the numbers of an instruction one after another. */
struct Reader {
  char *memory;
  const int32_t *at;
  int next() { return *at++; }
  template <typename T = float> T *place() { return (T *)(memory + (uint32_t)*at++); }
};

/** Valid until the next call, which takes its memory over. */
const Loop &loop_of(Reader r) {
  static Loop loop;
  loop.length = r.next();
  loop.width = r.next();
  loop.sources.resize(r.next());
  loop.operations.resize(r.next());
  loop.sums.resize(r.next());
  for (Source &source : loop.sources) {
    source.cover = (Cover)r.next();
    source.from = r.place();
  }
  for (Applied &operation : loop.operations) {
    operation.of = elementwise[r.next()];
    operation.a = r.next();
    operation.b = r.next();
    const bool kept = *r.at != 0;
    float *out = r.place();
    operation.out = kept ? out : nullptr;
  }
  for (Summed &sum : loop.sums) {
    sum.of = r.next();
    sum.out = r.place();
  }
  return loop;
}

void product(Reader r, const Sink &sink) {
  const int matrices = r.next(), rows = r.next(), terms = r.next(), columns = r.next();
  const float *a = r.place();
  const int a_row = r.next(), a_term = r.next();
  const float *b = r.place();
  const int b_term = r.next(), b_column = r.next();
  float *out = r.place();
  const ptrdiff_t floats = (ptrdiff_t)rows * columns;
  for (ptrdiff_t i = 0; i < matrices; i++)
    multiply({rows, terms, columns, a + i * rows * terms, a_row, a_term, b + i * terms * columns, b_term, b_column,
              out + i * floats},
             i * floats, sink);
}

template <typename Of> void over_last(Reader r, Of of) {
  const int rows = r.next(), width = r.next();
  const float *from = r.place();
  float *to = r.place();
  for (ptrdiff_t i = 0; i < rows; i++) to[i] = of(from + i * width, width);
}

void transpose(Reader r) {
  const char *from = r.place<char>();
  char *to = r.place<char>();
  const int count = r.next();
  std::vector<Axis> axes(count);
  for (Axis &axis : axes) {
    axis.length = r.next();
    axis.step = r.next();
  }
  reorder(axes.data(), count, from, to);
}

Convolution convolution(Reader &r) {
  Convolution c;
  for (int *field : {&c.images, &c.height, &c.width, &c.channels, &c.out_height, &c.out_width, &c.filters, &c.kernel_height,
                     &c.kernel_width, &c.stride_down, &c.stride_right, &c.dilation_down, &c.dilation_right, &c.top, &c.left})
    *field = r.next();
  return c;
}

/** False at a number that a table does not have. */
bool run(Kind kind, Reader r, const Sink &sink = {}) {
  switch (kind) {
    case Kind::loop: {
      const Loop &loop = loop_of(r);
      LoopRun all(loop);
      all.run(0, loop.length);
      all.end();
      return true;
    }
    case Kind::product: product(r, sink); return true;
    case Kind::sum_last: over_last(r, sum_of); return true;
    case Kind::max_last: over_last(r, most_of); return true;
    case Kind::sum_first: {
      const int rows = r.next(), width = r.next();
      const float *from = r.place();
      sum_first(from, rows, width, r.place());
      return true;
    }
    case Kind::transpose: transpose(r); return true;
    case Kind::gather: {
      const int rows = r.next(), width = r.next(), count = r.next();
      const float *table = r.place();
      const int32_t *numbers = r.place<int32_t>();
      return gather(table, rows, width, numbers, count, r.place());
    }
    case Kind::sum_segments: {
      const int count = r.next(), width = r.next(), segments = r.next();
      const float *from = r.place();
      const int32_t *numbers = r.place<int32_t>();
      sum_segments(from, numbers, count, width, segments, r.place());
      return true;
    }
    case Kind::max_pool:
    case Kind::max_pool_back:
    case Kind::mean_pool:
    case Kind::mean_pool_back: {
      Tiles t;
      for (int *field : {&t.rows, &t.columns, &t.height, &t.width, &t.channels}) *field = r.next();
      const float *from = r.place();
      if (kind == Kind::max_pool) max_pool(t, from, r.place());
      else if (kind == Kind::mean_pool) mean_pool(t, from, r.place());
      else if (kind == Kind::mean_pool_back) mean_pool_back(t, from, r.place(), sink);
      else {
        const float *most = r.place(), *slope = r.place();
        max_pool_back(t, from, most, slope, r.place(), sink);
      }
      return true;
    }
    case Kind::softmax: {
      const int rows = r.next(), width = r.next();
      const float *from = r.place();
      softmax(from, r.place(), rows, width);
      return true;
    }
    case Kind::convolve:
    case Kind::convolve_back:
    case Kind::convolve_kernel: {
      const Convolution c = convolution(r);
      const float *a = r.place(), *b = r.place();
      (kind == Kind::convolve ? convolve : kind == Kind::convolve_back ? convolve_back : convolve_kernel)(c, a, b, r.place(), sink);
      return true;
    }
    case Kind::joined: {
      const int fed = r.next();
      const bool kept = r.next() != 0;
      const int32_t *kernel = r.at, *after = kernel + 2 + kernel[1];
      const Loop &loop = loop_of({r.memory, after + 2});
      LoopRun all(loop);
      run((Kind)kernel[0], {r.memory, kernel + 2}, {&all, fed, kept});
      all.end();
      return true;
    }
  }
  return false;
}

/** Numbers too small for full precision count as 0 while it lives: they would take a hundred times as long. */
class TinyIsZero {
 public:
#if defined(__x86_64__)
  TinyIsZero() : before(_mm_getcsr()) { _mm_setcsr(before | 0x8040); }
  ~TinyIsZero() { _mm_setcsr(before); }
  unsigned before;
#else
  TinyIsZero() {
    asm volatile("mrs %0, fpcr" : "=r"(before));
    asm volatile("msr fpcr, %0" : : "r"(before | (1ull << 24)));
  }
  ~TinyIsZero() { asm volatile("msr fpcr, %0" : : "r"(before)); }
  uint64_t before;
#endif
};
}  // namespace
