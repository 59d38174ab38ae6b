// Convolutions of [images, height, width, channels] by [height, width, channels, filters], and their gradients: sums of
// products whose terms lie at offsets in an image that has a border of zeros where the kernel needs one.
#pragma once
#include <vector>
#include "product.h"

struct Convolution {
  int images, height, width, channels;
  int out_height, out_width, filters;
  int kernel_height, kernel_width;
  int stride_down, stride_right, dilation_down, dilation_right;
  int top, left;
};

/** Images one after another, each with a border; without one, the images themselves. */
class Bordered {
 public:
  /** `lines` × `pixels` from (−top, −left) on. */
  Bordered(const float *images, int height, int width, int channels, int top, int left, int lines, int pixels)
      : images(images), height(height), width(width), channels(channels), top(top), left(left), lines(lines) {
    whole = top == 0 && left == 0 && lines <= height && pixels <= width;
    line = (whole ? width : pixels) * channels;
    if (whole) return;
    copy = scratch(image_scratch, (size_t)lines * line + 2 * panel_columns);
    memset(copy, 0, 4 * (size_t)lines * line);
  }
  /** Floats from one line to the next. */
  int line;
  const float *image(int i) {
    const float *from = images + (size_t)i * height * width * channels;
    if (whole) return from;
    const int inside = line / channels - left, pixels = inside < width ? inside : width;
    for (int y = 0; y < height && y + top < lines; y++)
      memcpy(copy + (y + top) * line + left * channels, from + (size_t)y * width * channels, 4 * (size_t)pixels * channels);
    return copy;
  }

 private:
  const float *images;
  int height, width, channels, top, left, lines;
  bool whole;
  float *copy = nullptr;
};

/** Pixels of an image by a kernel: each is a sum over terms at equal offsets from where the pixel begins. */
struct Pixels {
  int lines, pixels;
  ptrdiff_t from_line, from_pixel, to_line, to_pixel;
};

static void correlate(const float *image, const std::vector<int> &at, const float *panels, int columns, float *out,
                      const Pixels &p) {
  const int terms = (int)at.size();
  each_panel(columns, [&](int column, int stored, int vectors, int width) {
    const float *panel = panels + (size_t)terms * column;
    for (int y = 0; y < p.lines; y++)
      in_blocks(p.pixels, vectors, [&](int x, int wide) {
        block_of(wide, vectors)(image + y * p.from_line + x * p.from_pixel, p.from_pixel, at.data(), terms, panel, width,
                                out + y * p.to_line + x * p.to_pixel + column, p.to_pixel, stored, false);
      });
  });
}

/** Length of an image, with its border, that so many outputs read. */
static int needed(int outputs, int stride, int kernel, int dilation) { return (outputs - 1) * stride + (kernel - 1) * dilation + 1; }

/** The images as the kernel reads them. */
static Bordered bordered(const Convolution &c, const float *x) {
  return Bordered(x, c.height, c.width, c.channels, c.top, c.left,
                  needed(c.out_height, c.stride_down, c.kernel_height, c.dilation_down),
                  needed(c.out_width, c.stride_right, c.kernel_width, c.dilation_right));
}

static std::vector<int> taps_of(const Convolution &c, int line) {
  std::vector<int> taps;
  for (int y = 0; y < c.kernel_height; y++)
    for (int x = 0; x < c.kernel_width; x++) taps.push_back(y * c.dilation_down * line + x * c.dilation_right * c.channels);
  return taps;
}

static void convolve(const Convolution &c, const float *x, const float *kernel, float *y, const Sink &sink) {
  Bordered images = bordered(c, x);
  std::vector<int> at;
  for (const int tap : taps_of(c, images.line))
    for (int k = 0; k < c.channels; k++) at.push_back(tap + k);
  const int terms = (int)at.size();
  float *panels = scratch(panel_scratch, panel_floats(terms, c.filters));
  each_panel(c.filters, [&](int column, int stored, int, int width) {
    panel_of(kernel + column, c.filters, terms, stored, panels + (size_t)terms * column, width);
  });
  const Pixels pixels = {c.out_height, c.out_width, (ptrdiff_t)c.stride_down * images.line,
                         (ptrdiff_t)c.stride_right * c.channels, (ptrdiff_t)c.out_width * c.filters, c.filters};
  const ptrdiff_t floats = (ptrdiff_t)c.out_height * c.out_width * c.filters;
  for (int i = 0; i < c.images; i++) {
    float *out = sink.place(y, i * floats, floats);
    correlate(images.image(i), at, panels, c.filters, out, pixels);
    sink.take(out, i * floats, floats);
  }
}

static int below(int a, int b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

/** Taps of one dimension that reach a pixel of this phase, and the first output that each one comes from. */
struct Reach {
  std::vector<int> taps, first;
};
static Reach reach(int phase, int kernel, int dilation, int stride, int pad) {
  Reach found;
  for (int k = 0; k < kernel; k++) {
    const int at = phase + pad - k * dilation;
    if ((at % stride + stride) % stride != 0) continue;
    found.taps.push_back(k);
    found.first.push_back(below(at, stride));
  }
  return found;
}

/** Pixels of one dimension that have this phase. */
static int pixels_of(int length, int phase, int stride) { return phase < length ? (length - phase + stride - 1) / stride : 0; }

/** Outputs that the pixels of one dimension come from: how many before the first one, and up to which. */
struct Span {
  int before = 0, until = 1;
};
static Span span_of(int length, int kernel, int dilation, int stride, int pad) {
  Span span;
  for (int phase = 0; phase < stride; phase++)
    for (const int first : reach(phase, kernel, dilation, stride, pad).first) {
      const int end = first + pixels_of(length, phase, stride);
      if (-first > span.before) span.before = -first;
      if (end > span.until) span.until = end;
    }
  return span;
}

/** The slope of the images: with strides, pixels whose places in them are equal share their taps. */
static void convolve_back(const Convolution &c, const float *slope, const float *kernel, float *x, const Sink &sink) {
  const auto [top, lines] = span_of(c.height, c.kernel_height, c.dilation_down, c.stride_down, c.top);
  const auto [left, pixels] = span_of(c.width, c.kernel_width, c.dilation_right, c.stride_right, c.left);
  Bordered slopes(slope, c.out_height, c.out_width, c.filters, top, left, top + lines, left + pixels);
  struct Phase {
    std::vector<int> at;
    size_t panels;
    ptrdiff_t to;
    Pixels pixels;
  };
  std::vector<Phase> phases;
  const size_t all = (size_t)c.kernel_height * c.kernel_width * c.filters;
  float *panels = scratch(panel_scratch, panel_floats(all, c.channels));
  size_t used = 0;
  for (int py = 0; py < c.stride_down && py < c.height; py++)
    for (int px = 0; px < c.stride_right && px < c.width; px++) {
      const Reach down = reach(py, c.kernel_height, c.dilation_down, c.stride_down, c.top);
      const Reach right = reach(px, c.kernel_width, c.dilation_right, c.stride_right, c.left);
      Phase phase = {{}, used, ((ptrdiff_t)py * c.width + px) * c.channels,
                     {pixels_of(c.height, py, c.stride_down), pixels_of(c.width, px, c.stride_right), slopes.line, c.filters,
                      (ptrdiff_t)c.stride_down * c.width * c.channels, (ptrdiff_t)c.stride_right * c.channels}};
      const size_t terms = down.taps.size() * right.taps.size() * c.filters;
      int term = 0;
      for (size_t i = 0; i < down.taps.size(); i++)
        for (size_t j = 0; j < right.taps.size(); j++, term += c.filters) {
          for (int f = 0; f < c.filters; f++)
            phase.at.push_back((down.first[i] + top) * slopes.line + (right.first[j] + left) * c.filters + f);
          const float *from = kernel + ((size_t)down.taps[i] * c.kernel_width + right.taps[j]) * c.channels * c.filters;
          each_panel(c.channels, [&](int column, int stored, int, int width) {
            turned(from + (size_t)column * c.filters, c.filters, c.filters, stored,
                   panels + used + terms * column + (size_t)term * width, width);
          });
        }
      used += terms * ((c.channels + lanes - 1) / lanes) * lanes;
      phases.push_back(phase);
    }
  const ptrdiff_t floats = (ptrdiff_t)c.height * c.width * c.channels;
  for (int i = 0; i < c.images; i++) {
    const float *image = slopes.image(i);
    float *out = sink.place(x, i * floats, floats);
    for (const Phase &phase : phases) {
      if (!phase.at.empty()) correlate(image, phase.at, panels + phase.panels, c.channels, out + phase.to, phase.pixels);
      else
        for (int py = 0; py < phase.pixels.lines; py++)
          for (int px = 0; px < phase.pixels.pixels; px++)
            memset(out + phase.to + py * phase.pixels.to_line + px * phase.pixels.to_pixel, 0, 4 * c.channels);
    }
    sink.take(out, i * floats, floats);
  }
}

/** The slope of the kernel, image by image: sums over all pixels in one go would lose digits. */
static void convolve_kernel(const Convolution &c, const float *x, const float *slope, float *kernel, const Sink &) {
  Bordered images = bordered(c, x);
  // Channels of neighboring taps lie side by side.
  const bool joined = c.dilation_right == 1;
  const int rows = joined ? c.kernel_width * c.channels : c.channels;
  const std::vector<int> taps = taps_of(c, images.line);
  const int pixels = c.out_height * c.out_width;
  std::vector<int> at(pixels);
  for (int p = 0; p < pixels; p++)
    at[p] = p / c.out_width * c.stride_down * images.line + p % c.out_width * c.stride_right * c.channels;
  for (int i = 0; i < c.images; i++) {
    const float *image = images.image(i);
    for (int from = 0; from < pixels; from += terms_at_once) {
      const int some = pixels - from < terms_at_once ? pixels - from : terms_at_once;
      const float *right = slope + ((size_t)i * pixels + from) * c.filters;
      each_panel(c.filters, [&](int column, int stored, int vectors, int) {
        for (size_t tap = 0; tap < taps.size(); tap += joined ? c.kernel_width : 1)
          in_blocks(rows, vectors, [&](int row, int height) {
            block_of(height, vectors)(image + taps[tap] + row, 1, at.data() + from, some, right + column, c.filters,
                                      kernel + (tap * c.channels + row) * c.filters + column, c.filters, stored,
                                      i > 0 || from > 0);
          });
      });
    }
  }
}
