// Runs the instructions of a program on the memory that it is given. An instruction is a number of its kind, how many
// numbers it has, and those; places are bytes from the start of the memory.
#include <memory>
#include <utility>
#include "reductions.h"
#include "convolution.h"
#include "masks.h"

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
                  softmax, convolve, convolve_back, convolve_kernel, joined };

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
    case Kind::max_pool_back: {
      Tiles t;
      for (int *field : {&t.rows, &t.columns, &t.height, &t.width, &t.channels}) *field = r.next();
      const float *images = r.place();
      if (kind == Kind::max_pool) max_pool(t, images, r.place());
      else {
        const float *most = r.place(), *slope = r.place();
        max_pool_back(t, images, most, slope, r.place(), sink);
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

// The part of Node-API that this uses; it never changes.
extern "C" {
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
int napi_get_arraybuffer_info(napi_env, napi_value, void **, size_t *);
int napi_get_typedarray_info(napi_env, napi_value, int *, size_t *, void **, napi_value *, size_t *);
int napi_get_value_double(napi_env, napi_value, double *);
int napi_throw_error(napi_env, const char *, const char *);

/** run(memory: ArrayBuffer, instructions: Int32Array) */
static napi_value run_instructions(napi_env env, napi_callback_info info) {
  size_t count = 2, bytes = 0, length = 0;
  napi_value given[2];
  void *memory = nullptr, *numbers = nullptr;
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != 0 ||
      napi_get_arraybuffer_info(env, given[0], &memory, &bytes) != 0 ||
      napi_get_typedarray_info(env, given[1], nullptr, &length, &numbers, nullptr, nullptr) != 0) {
    napi_throw_error(env, nullptr, "run needs a memory and instructions");
    return nullptr;
  }
  const TinyIsZero tiny;
  const int32_t *at = (const int32_t *)numbers, *end = at + length;
  for (; at < end; at += 2 + at[1])
    if (!run((Kind)at[0], {(char *)memory, at + 2})) {
      napi_throw_error(env, nullptr, "a table does not have the row that a lookup asks for");
      return nullptr;
    }
  return nullptr;
}

/** copyRows(matrix: Float32Array, width: number, rows: Int32Array, into: Float32Array) */
static napi_value copy_rows(napi_env env, napi_callback_info info) {
  size_t count = 4, floats = 0, rows = 0, room = 0;
  napi_value given[4];
  double width = 0;
  void *matrix = nullptr, *numbers = nullptr, *into = nullptr;
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != 0 ||
      napi_get_typedarray_info(env, given[0], nullptr, &floats, &matrix, nullptr, nullptr) != 0 ||
      napi_get_value_double(env, given[1], &width) != 0 ||
      napi_get_typedarray_info(env, given[2], nullptr, &rows, &numbers, nullptr, nullptr) != 0 ||
      napi_get_typedarray_info(env, given[3], nullptr, &room, &into, nullptr, nullptr) != 0 || !(width >= 1) ||
      room / (size_t)width < rows ||
      !gather((const float *)matrix, (int)(floats / (size_t)width), (int)width, (const int32_t *)numbers, (int)rows,
              (float *)into))
    napi_throw_error(env, nullptr, "copyRows needs a matrix, its width, numbers of its rows, and room for them");
  return nullptr;
}

/** fillMask(into: Float32Array, first: number, second: number, threshold: number, kept: number) */
static napi_value fill_mask_values(napi_env env, napi_callback_info info) {
  size_t count = 5, room = 0;
  napi_value given[5];
  void *into = nullptr;
  double numbers[4];
  bool known = napi_get_cb_info(env, info, &count, given, nullptr, nullptr) == 0 &&
               napi_get_typedarray_info(env, given[0], nullptr, &room, &into, nullptr, nullptr) == 0;
  for (int i = 0; i < 4; i++) known = known && napi_get_value_double(env, given[i + 1], &numbers[i]) == 0;
  if (known)
    fill_mask((float *)into, room, (uint32_t)(int64_t)numbers[0], (uint32_t)(int64_t)numbers[1], numbers[2], (float)numbers[3]);
  else napi_throw_error(env, nullptr, "fillMask needs room, two keys, a threshold, and a value");
  return nullptr;
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value function;
  napi_create_function(env, "run", 3, run_instructions, nullptr, &function);
  napi_set_named_property(env, exports, "run", function);
  napi_create_function(env, "copyRows", 8, copy_rows, nullptr, &function);
  napi_set_named_property(env, exports, "copyRows", function);
  napi_create_function(env, "fillMask", 8, fill_mask_values, nullptr, &function);
  napi_set_named_property(env, exports, "fillMask", function);
  return exports;
}
}
