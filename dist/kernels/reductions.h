// Sums and maxima over leading or trailing dimensions, and what moves elements: other orders of dimensions, rows of a table,
// windows of images.
#pragma once
#include "loops.h"

/** In sixteen sums side by side. */
static float sum_of(const float *from, int count) {
  float sum[16] = {};
  Lanes<16>::Type sums = {};
  int i = 0;
  for (; i + 16 <= count; i += 16) sums += get<16>(from + i);
  put<16>(sum, sums);
  for (int j = 0; i < count; i++, j++) sum[j] += from[i];
  for (int half = 8; half > 0; half /= 2)
    for (int j = 0; j < half; j++) sum[j] += sum[j + half];
  return sum[0];
}

/** The greater one; not a number if one of them is none. */
template <typename T> static inline T greater(T a, T b) { return b <= a || a != a ? a : b; }

static float most_of(const float *from, int count) {
  float most = from[0];
  int i = 1;
  if (count >= 16) {
    auto all = get<16>(from);
    for (i = 16; i + 16 <= count; i += 16) all = greater(all, get<16>(from + i));
    most = all[0];
    for (int j = 1; j < 16; j++) most = greater(most, all[j]);
  }
  for (; i < count; i++) most = greater(most, from[i]);
  return most;
}

static void sum_first(const float *from, int rows, int width, float *to) {
  double *totals = (double *)scratch(column_scratch, 2 * width);
  for (int c = 0; c < width; c++) totals[c] = 0;
  add_columns(from, rows, width, totals);
  for (int c = 0; c < width; c++) to[c] = (float)totals[c];
}

struct Axis {
  int length;
  /** Bytes in the source. */
  ptrdiff_t step;
};

static void reorder(const Axis *axes, int count, const char *from, char *&to) {
  const auto [length, step] = axes[0];
  if (count == 1 && step == 4) {
    memcpy(to, from, 4 * (size_t)length);
    to += 4 * (size_t)length;
  } else if (count == 1)
    for (int i = 0; i < length; i++, from += step, to += 4) memcpy(to, from, 4);
  else
    for (int i = 0; i < length; i++, from += step) reorder(axes + 1, count - 1, from, to);
}

/** Asks for the start of a row, which is copied soon, as nothing else tells a processor where that is. */
static inline void prefetch_row(const float *row, int width) {
  for (int i = 0; i < width && i < 128; i += 16) __builtin_prefetch(row + i);
}

/** Rows of a table by their numbers; false at a number that the table does not have. */
static bool gather(const float *table, int rows, int width, const int32_t *numbers, int count, float *to) {
  constexpr int ahead = 8;
  for (int i = 0; i < count; i++, to += width) {
    if (i + ahead < count && (uint32_t)numbers[i + ahead] < (uint32_t)rows)
      prefetch_row(table + (size_t)numbers[i + ahead] * width, width);
    if ((uint32_t)numbers[i] >= (uint32_t)rows) return false;
    memcpy(to, table + (size_t)numbers[i] * width, 4 * (size_t)width);
  }
  return true;
}

/** Adds rows that share a number, in order. Rows of no segment are left out. */
static void sum_segments(const float *from, const int32_t *numbers, int count, int width, int segments, float *to) {
  memset(to, 0, 4 * (size_t)segments * width);
  for (int i = 0; i < count; i++, from += width) {
    if ((uint32_t)numbers[i] >= (uint32_t)segments) continue;
    float *row = to + (size_t)numbers[i] * width;
    for (int j = 0; j < width; j++) row[j] += from[j];
  }
}

/** Images in windows that lie side by side: rows of windows, columns of them, and a window's height and width. */
struct Tiles {
  int rows, columns, height, width, channels;
};

/** Calls with the offsets of a tile's first pixel in a row of tiles, and of the tile. */
template <typename Of> static void each_tile(const Tiles &t, Of of) {
  for (int column = 0; column < t.columns; column++) of(column * t.width * t.channels, column * t.channels);
}

template <int Count> static void max_pool_of(const Tiles &t, const float *images, float *out) {
  const int line = t.columns * t.width * t.channels;
  for (int row = 0; row < t.rows; row++, images += t.height * line, out += t.columns * t.channels)
    each_tile(t, [&](int pixel, int tile) {
      for (int c = 0; c < t.channels; c += Count) {
        const float *from = images + pixel + c;
        auto most = get<Count>(from);
        for (int y = 0; y < t.height; y++)
          for (int x = y == 0 ? 1 : 0; x < t.width; x++) most = greater(most, get<Count>(from + y * line + x * t.channels));
        put<Count>(out + tile + c, most);
      }
    });
}

template <int Count>
static void max_pool_back_of(const Tiles &t, const float *images, const float *most, const float *slope, float *result,
                             const Sink &sink) {
  const int line = t.columns * t.width * t.channels, width = t.columns * t.channels;
  const ptrdiff_t floats = (ptrdiff_t)t.height * line;
  for (ptrdiff_t row = 0; row < t.rows; row++, images += floats, most += width, slope += width) {
    float *out = sink.place(result, row * floats, floats);
    each_tile(t, [&](int pixel, int tile) {
      for (int c = 0; c < t.channels; c += Count) {
        const typename Lanes<Count>::Type high = get<Count>(most + tile + c), none = {};
        auto left = get<Count>(slope + tile + c);
        for (int y = 0; y < t.height; y++)
          for (int x = 0; x < t.width; x++) {
            const int place = pixel + c + y * line + x * t.channels;
            const auto hit = get<Count>(images + place) == high;
            put<Count>(out + place, hit ? left : none);
            left = hit ? none : left;
          }
      }
    });
    sink.take(out, row * floats, floats);
  }
}

/** Channels are whole vectors of four at least. */
static void max_pool(const Tiles &t, const float *images, float *out) {
  (t.channels % 16 == 0 ? max_pool_of<16> : max_pool_of<4>)(t, images, out);
}

/** The slope of a window goes to the first of its pixels that is its maximum. */
static void max_pool_back(const Tiles &t, const float *images, const float *most, const float *slope, float *out,
                          const Sink &sink) {
  (t.channels % 16 == 0 ? max_pool_back_of<16> : max_pool_back_of<4>)(t, images, most, slope, out, sink);
}

template <int Count> static void mean_pool_of(const Tiles &t, const float *images, float *out) {
  const int line = t.columns * t.width * t.channels;
  const float pixels = (float)(t.height * t.width);
  for (int row = 0; row < t.rows; row++, images += (ptrdiff_t)t.height * line, out += t.columns * t.channels)
    each_tile(t, [&](int pixel, int tile) {
      for (int c = 0; c < t.channels; c += Count) {
        // Four sums do not wait for each other.
        typename Lanes<Count>::Type sums[4] = {};
        const float *from = images + pixel + c;
        int y = 0;
        for (; y + 4 <= t.height; y += 4, from += 4 * (ptrdiff_t)line)
          for (int x = 0; x < t.width; x++)
            for (int i = 0; i < 4; i++) sums[i] += get<Count>(from + i * (ptrdiff_t)line + x * t.channels);
        for (; y < t.height; y++, from += line)
          for (int x = 0; x < t.width; x++) sums[0] += get<Count>(from + x * t.channels);
        put<Count>(out + tile + c, ((sums[0] + sums[1]) + (sums[2] + sums[3])) / pixels);
      }
    });
}

/** Every pixel of a window gets an equal share of its slope. */
template <int Count> static void mean_pool_back_of(const Tiles &t, const float *slope, float *result, const Sink &sink) {
  const int line = t.columns * t.width * t.channels;
  const ptrdiff_t floats = (ptrdiff_t)t.height * line;
  const float pixels = (float)(t.height * t.width);
  for (ptrdiff_t row = 0; row < t.rows; row++, slope += t.columns * t.channels) {
    float *out = sink.place(result, row * floats, floats);
    each_tile(t, [&](int pixel, int tile) {
      for (int c = 0; c < t.channels; c += Count) {
        const typename Lanes<Count>::Type share = get<Count>(slope + tile + c) / pixels;
        for (int y = 0; y < t.height; y++)
          for (int x = 0; x < t.width; x++) put<Count>(out + pixel + c + (ptrdiff_t)y * line + x * t.channels, share);
      }
    });
    sink.take(out, row * floats, floats);
  }
}

static void mean_pool(const Tiles &t, const float *images, float *out) {
  (t.channels % 16 == 0 ? mean_pool_of<16> : mean_pool_of<4>)(t, images, out);
}

static void mean_pool_back(const Tiles &t, const float *slope, float *out, const Sink &sink) {
  (t.channels % 16 == 0 ? mean_pool_back_of<16> : mean_pool_back_of<4>)(t, slope, out, sink);
}

/** Over the last dimension: exponentials from the largest on, divided by their sum. */
static void softmax(const float *__restrict from, float *__restrict to, int rows, int width) {
  for (int r = 0; r < rows; r++, from += width, to += width) {
    const float most = most_of(from, width);
    for (int i = 0; i < width; i++) to[i] = exp_of(from[i] - most);
    const float share = sum_of(to, width);
    for (int i = 0; i < width; i++) to[i] /= share;
  }
}
