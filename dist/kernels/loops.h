// Operations on elements, block by block: every operation of a loop runs over a block that stays in the fastest cache.
#pragma once
#include <vector>
#include "functions.h"

/** As the numbers of a program name them. */
enum class Operation { abs, add, maximum, minimum, multiply, negate, divide, relu, root, square, step, subtract, exp, log,
                       inverse_root, sigmoid, tanh, erf };

typedef void (*Elementwise)(const float *__restrict, const float *__restrict, float *__restrict, int);

#define EACH(NAME, VALUE)                                                                                \
  static void NAME(const float *__restrict a, const float *__restrict b, float *__restrict out, int n) { \
    (void)b;                                                                                             \
    for (int i = 0; i < n; i++) {                                                                        \
      const float x = a[i];                                                                              \
      out[i] = VALUE;                                                                                    \
    }                                                                                                    \
  }
EACH(each_abs, std::fabs(x))
EACH(each_add, x + b[i])
EACH(each_maximum, x < b[i] ? b[i] : x)
EACH(each_minimum, b[i] < x ? b[i] : x)
EACH(each_multiply, x *b[i])
EACH(each_negate, -x)
EACH(each_divide, x / b[i])
EACH(each_relu, x <= 0.0f ? 0.0f : x)
EACH(each_root, std::sqrt(x))
EACH(each_square, x *x)
EACH(each_step, x > 0.0f ? 1.0f : x == x ? 0.0f : x)
EACH(each_subtract, x - b[i])
EACH(each_exp, exp_of(x))
EACH(each_log, log_of(x))
EACH(each_inverse_root, 1.0f / std::sqrt(x))
EACH(each_sigmoid, sigmoid_of(x))
EACH(each_tanh, tanh_of(x))
EACH(each_erf, erf_of(x))
#undef EACH

static constexpr Elementwise elementwise[] = {each_abs,      each_add,    each_maximum, each_minimum,      each_multiply,
                                              each_negate,   each_divide, each_relu,    each_root,         each_square,
                                              each_step,     each_subtract, each_exp,   each_log,          each_inverse_root,
                                              each_sigmoid,  each_tanh,   each_erf};

/** How an operand covers the elements: one for each, one for all, a row that repeats, or one for each row. */
enum class Cover { each, all, row, column };

struct Source {
  Cover cover;
  const float *from;
};

struct Applied {
  Elementwise of;
  /** Numbers of sources, then of earlier operations. */
  int a, b;
  /** Null if nobody reads it after the loop. */
  float *out;
};

/** Adds sums down so many columns to totals in double precision: of few rows, single precision is enough. */
template <int Columns> static inline void add_down(const float *from, int rows, ptrdiff_t width, double *totals) {
  for (int r = 0; r < rows;) {
    typename Lanes<Columns>::Type sums[4] = {};
    const int end = rows - r < 64 ? rows : r + 64;
    for (; r + 4 <= end; r += 4, from += 4 * width)
      for (int i = 0; i < 4; i++) sums[i] += get<Columns>(from + i * width);
    for (; r < end; r++, from += width) sums[0] += get<Columns>(from);
    float sum[Columns];
    put<Columns>(sum, (sums[0] + sums[1]) + (sums[2] + sums[3]));
    for (int c = 0; c < Columns; c++) totals[c] += sum[c];
  }
}

static void add_columns(const float *from, int rows, int width, double *totals) {
  int c = 0;
  for (; c + 16 <= width; c += 16) add_down<16>(from + c, rows, width, totals + c);
  for (; c + 4 <= width; c += 4) add_down<4>(from + c, rows, width, totals + c);
  for (; c < width; c++)
    for (int r = 0; r < rows; r++) totals[c] += from[(ptrdiff_t)r * width + c];
}

/** The sum of all rows of what the loop reads or computes. */
struct Summed {
  /** As an operand of `Applied`. */
  int of;
  float *out;
};

/** Floats of all blocks of a loop together, which then stay in the fastest cache, and the least of one. */
constexpr int floats_at_once = 8192, fewest_elements = 256, most_elements = 1024;

struct Loop {
  int length;
  /** Elements of a row; 0 without rows. */
  int width;
  std::vector<Source> sources;
  std::vector<Applied> operations;
  std::vector<Summed> sums;
};

/** A loop that runs over its elements in one go, or piece by piece, each of which has whole rows. */
class LoopRun {
 public:
  explicit LoopRun(const Loop &loop) : loop(loop), values(loop.sources.size() + loop.operations.size()) {
    const int operands = (int)values.size(), wanted = floats_at_once / (operands > 0 ? operands : 1) / 16 * 16;
    const int elements = wanted < fewest_elements ? fewest_elements : wanted > most_elements ? most_elements : wanted;
    row = loop.width == 0 ? loop.length : loop.width;
    // Whole rows at once if they are short; else parts of one row.
    rows = loop.width > 0 && row <= elements;
    block = rows ? elements / row * row : elements;
    room = (block < loop.length ? block : loop.length) + 16;
    own = scratch(loop_scratch, (size_t)room * operands);
    totals = (double *)scratch(column_scratch, 2 * (size_t)row * loop.sums.size());
    for (size_t i = 0; i < row * loop.sums.size(); i++) totals[i] = 0;
    for (size_t s = 0; s < loop.sources.size(); s++) {
      float *to = own + (size_t)room * s;
      values[s] = to;
      if (loop.sources[s].cover == Cover::all)
        for (int i = 0; i < room; i++) to[i] = *loop.sources[s].from;
      else if (loop.sources[s].cover == Cover::row && rows)
        for (int i = 0; i + row <= room - 16; i += row) memcpy(to + i, loop.sources[s].from, 4 * row);
    }
  }

  /** Source number `fed` begins at `piece` where this range begins; −1 if all are where they were. */
  void run(ptrdiff_t from, ptrdiff_t until, int fed = -1, const float *piece = nullptr) {
    const bool apart = !rows && loop.width > 0;
    for (ptrdiff_t outer = from; outer < until; outer += apart ? row : until - from)
      for (ptrdiff_t at = outer, end = apart ? outer + row : until; at < end; at += block) {
        const int n = end - at < block ? (int)(end - at) : block;
        for (size_t s = 0; s < loop.sources.size(); s++) find(s, at, at - outer, n);
        if (fed >= 0) values[fed] = piece + (at - from);
        for (size_t o = 0; o < loop.operations.size(); o++) {
          const Applied &operation = loop.operations[o];
          float *out = operation.out ? operation.out + at : own + (size_t)room * (loop.sources.size() + o);
          values[loop.sources.size() + o] = out;
          operation.of(values[operation.a], values[operation.b], out, n);
        }
        for (size_t s = 0; s < loop.sums.size(); s++) {
          double *total = totals + s * row;
          if (rows) add_columns(values[loop.sums[s].of], n / row, row, total);
          else add_columns(values[loop.sums[s].of], 1, n, total + (at - outer));
        }
      }
  }

  /** Writes the sums. */
  void end() {
    for (size_t s = 0; s < loop.sums.size(); s++)
      for (int i = 0; i < row; i++) loop.sums[s].out[i] = (float)totals[s * row + i];
  }

 private:
  /** Where the values of a source are for a block. */
  void find(size_t s, ptrdiff_t at, ptrdiff_t in_row, int n) {
    const Source &source = loop.sources[s];
    float *to = own + (size_t)room * s;
    if (source.cover == Cover::each) values[s] = source.from + at;
    else if (source.cover == Cover::row && !rows) values[s] = source.from + in_row;
    else if (source.cover == Cover::column && rows)
      for (int i = 0; i < n; i += row) {
        const float value = source.from[at / row + i / row];
        for (int j = 0; j < row; j++) to[i + j] = value;
      }
    else if (source.cover == Cover::column)
      for (int i = 0; i < n; i++) to[i] = source.from[at / row];
  }

  const Loop &loop;
  std::vector<const float *> values;
  int row, block, room;
  bool rows;
  float *own;
  double *totals;
};

/** What takes the pieces of a kernel's result as they are made: nothing, or a loop. */
struct Sink {
  LoopRun *loop = nullptr;
  int fed = 0;
  /** Whether pieces stay where the result is. Else they all go to the same place, one after another. */
  bool kept = true;
  /** Where a piece that begins at this element goes. */
  float *place(float *out, ptrdiff_t from, size_t floats) const { return kept ? out + from : scratch(piece_scratch, floats); }
  void take(const float *piece, ptrdiff_t from, ptrdiff_t floats) const {
    if (loop) loop->run(from, from + floats, fed, piece);
  }
};
