// Sums of products: rows of one operand by a panel of columns of another, with all sums in registers (Goto and van de Geijn,
// 2008, "Anatomy of high-performance matrix multiplication"). Every sum runs from its first term to its last, so the shape of
// a block changes no bit.
#pragma once
#include <utility>
#include "loops.h"

/** Vectors of a panel. */
constexpr int widest = 2;
constexpr int panel_columns = widest * lanes;

/**
 * M rows by N vectors of columns. Term k of row i is a[i * row + at[k]] × b[k * next + column].
 * @param columns how many of the N vectors' columns are stored
 * @param add to what is there, or to zero
 */
template <int M, int N>
static inline void block(const float *a, ptrdiff_t row, const int *at, int terms, const float *b, ptrdiff_t next, float *out,
                         ptrdiff_t out_row, int columns, bool add) {
  Vector sum[M][N];
  const bool whole = columns == N * lanes;
  float part[N * lanes];
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) {
      if (!add) sum[i][j] = Vector{};
      else if (whole) sum[i][j] = load(out + i * out_row + j * lanes);
      else {
        if (j == 0) memcpy(part, out + i * out_row, 4 * columns);
        sum[i][j] = load(part + j * lanes);
      }
    }
  for (int k = 0; k < terms; k++, b += next) {
    Vector right[N];
    for (int j = 0; j < N; j++) right[j] = load(b + j * lanes);
    const float *left = a + at[k];
#pragma GCC unroll 24
    for (int i = 0; i < M; i++) {
      const Vector x = splat(left[i * row]);
      for (int j = 0; j < N; j++) sum[i][j] = fused(x, right[j], sum[i][j]);
    }
  }
  for (int i = 0; i < M; i++) {
    if (whole)
      for (int j = 0; j < N; j++) store(out + i * out_row + j * lanes, sum[i][j]);
    else {
      for (int j = 0; j < N; j++) store(part + j * lanes, sum[i][j]);
      for (int c = 0; c < columns; c++) out[i * out_row + c] = part[c];
    }
  }
}

typedef void (*Block)(const float *, ptrdiff_t, const int *, int, const float *, ptrdiff_t, float *, ptrdiff_t, int, bool);

template <int N, int... M> static Block block_of(int rows, std::integer_sequence<int, M...>) {
  static const Block blocks[] = {block<M + 1, N>...};
  return blocks[rows - 1];
}

/** The block with so many rows and vectors. */
static Block block_of(int rows, int vectors) {
  return vectors == 1 ? block_of<1>(rows, std::make_integer_sequence<int, most_rows[0]>{})
                      : block_of<2>(rows, std::make_integer_sequence<int, most_rows[1]>{});
}

/** Rows in blocks of about equal height, since low blocks wait for their sums. */
template <typename Of> static void in_blocks(int rows, int vectors, Of of) {
  const int most = most_rows[vectors - 1], blocks = (rows + most - 1) / most;
  for (int i = 0, from = 0; i < blocks; i++) {
    const int height = (rows - from + blocks - i - 1) / (blocks - i);
    of(from, height);
    from += height;
  }
}

/** Columns in panels: from which on, how many are stored, and the vectors and floats of a row. */
template <typename Of> static void each_panel(int columns, Of of) {
  for (int column = 0; column < columns; column += panel_columns) {
    const int stored = columns - column < panel_columns ? columns - column : panel_columns;
    const int vectors = (stored + lanes - 1) / lanes;
    of(column, stored, vectors, vectors * lanes);
  }
}

/** Floats of all panels of so many terms; those of one panel follow those of the one before. */
static size_t panel_floats(size_t terms, int columns) {
  return terms * ((columns + lanes - 1) / lanes) * lanes + 2 * lanes;
}

/** Rows of some columns become rows of a panel. */
static void panel_of(const float *from, ptrdiff_t row, int terms, int columns, float *to, int width) {
  for (int k = 0; k < terms; k++, from += row, to += width) {
    if (columns == width)
      for (int c = 0; c < width; c += lanes) store(to + c, load(from + c));
    else
      for (int c = 0; c < columns; c++) to[c] = from[c];
  }
}

/** Columns that are stored one after another become rows of a panel. */
static void turned(const float *from, ptrdiff_t column, int terms, int columns, float *to, int width) {
  int c = 0;
  for (; c + 4 <= columns; c += 4) {
    const float *f = from + c * column;
    int k = 0;
    for (; k + 4 <= terms; k += 4) {
      const auto r0 = get<4>(f + k), r1 = get<4>(f + column + k);
      const auto r2 = get<4>(f + 2 * column + k), r3 = get<4>(f + 3 * column + k);
      const auto a = picked<0, 4, 1, 5>(r0, r1), b = picked<2, 6, 3, 7>(r0, r1);
      const auto d = picked<0, 4, 1, 5>(r2, r3), e = picked<2, 6, 3, 7>(r2, r3);
      float *t = to + k * width + c;
      put<4>(t, picked<0, 1, 4, 5>(a, d));
      put<4>(t + width, picked<2, 3, 6, 7>(a, d));
      put<4>(t + 2 * width, picked<0, 1, 4, 5>(b, e));
      put<4>(t + 3 * width, picked<2, 3, 6, 7>(b, e));
    }
    for (; k < terms; k++)
      for (int x = 0; x < 4; x++) to[k * width + c + x] = f[x * column + k];
  }
  for (; c < columns; c++)
    for (int k = 0; k < terms; k++) to[k * width + c] = from[c * column + k];
}

/** Terms of a panel, which then stays in the fastest caches. */
constexpr int terms_at_once = 256;

/** One of [rows, terms] × [terms, columns] → [rows, columns]; distances in floats. */
struct Product {
  int rows, terms, columns;
  const float *a;
  ptrdiff_t a_row, a_term;
  const float *b;
  ptrdiff_t b_term, b_column;
  float *out;
};

/** Rows that stay in a cache while all panels pass by. */
constexpr int rows_in_cache = 96;
/** Columns whose panels are made at once. */
constexpr int columns_at_once = 512;

/** @param last whether these are the last terms, so that the sink takes rows as they are done */
static void multiply_part(const Product &p, int from, int terms, int column, int columns, bool last, ptrdiff_t begin,
                          const Sink &sink) {
  float *panels = scratch(panel_scratch, panel_floats(terms, columns));
  each_panel(columns, [&](int c, int stored, int, int width) {
    const float *b = p.b + from * p.b_term + (column + c) * p.b_column;
    float *panel = panels + (size_t)terms * c;
    if (p.b_column == 1) panel_of(b, p.b_term, terms, stored, panel, width);
    else turned(b, p.b_column, terms, stored, panel, width);
  });
  int at[terms_at_once];
  for (int k = 0; k < terms; k++) at[k] = (int)((from + k) * p.a_term);
  for (int row = 0; row < p.rows; row += rows_in_cache) {
    const int rows = p.rows - row < rows_in_cache ? p.rows - row : rows_in_cache;
    const ptrdiff_t first = (ptrdiff_t)row * p.columns, floats = (ptrdiff_t)rows * p.columns;
    float *out = last ? sink.place(p.out, first, floats) : p.out + first;
    each_panel(columns, [&](int c, int stored, int vectors, int width) {
      in_blocks(rows, vectors, [&](int r, int height) {
        block_of(height, vectors)(p.a + (row + r) * p.a_row, p.a_row, at, terms, panels + (size_t)terms * c, width,
                                  out + (ptrdiff_t)r * p.columns + column + c, p.columns, stored, from > 0);
      });
    });
    if (last) sink.take(out, begin + first, floats);
  }
}

/** @param begin which element of all results is the first one of this */
static void multiply(const Product &p, ptrdiff_t begin = 0, Sink sink = {}) {
  const int parts = (p.terms + terms_at_once - 1) / terms_at_once;
  const bool whole = p.columns <= columns_at_once;
  // Sums of several parts are added up where they stay.
  sink.kept = sink.kept || parts > 1 || !whole;
  for (int i = 0, from = 0; i < parts; i++) {
    const int terms = (p.terms - from + parts - i - 1) / (parts - i);
    for (int column = 0; column < p.columns; column += columns_at_once)
      multiply_part(p, from, terms, column, p.columns - column < columns_at_once ? p.columns - column : columns_at_once,
                    whole && i == parts - 1, begin, sink);
    from += terms;
  }
  if (!whole) sink.take(p.out, begin, (ptrdiff_t)p.rows * p.columns);
}
