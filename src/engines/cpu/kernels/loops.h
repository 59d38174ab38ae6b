// Operations on elements, block by block: every operation of a loop runs over a block that stays in the fastest cache.
#pragma once
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

/** @param width elements of a row; 0 without rows */
static void run_loop(int length, int width, const Source *sources, int source_count, const Applied *operations, int count,
                     const Summed *sums, int sum_count) {
  const int row = width == 0 ? length : width, wanted = floats_at_once / (source_count + count) / 16 * 16;
  const int elements = wanted < fewest_elements ? fewest_elements : wanted > most_elements ? most_elements : wanted;
  const bool rows = width > 0 && row <= elements;
  // Whole rows at once if they are short; else parts of one row.
  const int block = rows ? elements / row * row : elements;
  const int room = (block < length ? block : length) + 16;
  float *own = scratch(loop_scratch, (size_t)room * (source_count + count));
  const float *values[source_count + count];
  double *totals = (double *)scratch(column_scratch, 2 * (size_t)row * sum_count);
  for (int i = 0; i < row * sum_count; i++) totals[i] = 0;
  for (int s = 0; s < source_count; s++) {
    float *to = own + (size_t)room * s;
    values[s] = to;
    if (sources[s].cover == Cover::all)
      for (int i = 0; i < room; i++) to[i] = *sources[s].from;
    else if (sources[s].cover == Cover::row && rows)
      for (int i = 0; i + row <= room - 16; i += row) memcpy(to + i, sources[s].from, 4 * row);
  }
  for (int outer = 0; outer < length; outer += rows ? length : row)
    for (int at = outer, end = rows ? length : outer + row; at < end; at += block) {
      const int n = end - at < block ? end - at : block;
      for (int s = 0; s < source_count; s++) {
        const Source &source = sources[s];
        float *to = own + (size_t)room * s;
        if (source.cover == Cover::each) values[s] = source.from + at;
        else if (source.cover == Cover::row && !rows) values[s] = source.from + (at - outer);
        else if (source.cover == Cover::column) {
          if (rows)
            for (int i = 0, r = at / row; i < n; i += row, r++)
              for (int j = 0; j < row; j++) to[i + j] = source.from[r];
          else
            for (int i = 0; i < n; i++) to[i] = source.from[outer / row];
        }
      }
      for (int o = 0; o < count; o++) {
        const Applied &operation = operations[o];
        float *out = operation.out ? operation.out + at : own + (size_t)room * (source_count + o);
        values[source_count + o] = out;
        operation.of(values[operation.a], values[operation.b], out, n);
      }
      for (int s = 0; s < sum_count; s++) {
        if (rows) add_columns(values[sums[s].of], n / row, row, totals + s * row);
        else add_columns(values[sums[s].of], 1, n, totals + s * row + (at - outer));
      }
    }
  for (int s = 0; s < sum_count; s++)
    for (int i = 0; i < row; i++) sums[s].out[i] = (float)totals[s * row + i];
}
