import type { Tf } from '../../../layers/forward.ts'

/** A shape of four dimensions as tfjs types it. */
export type Sizes4 = [number, number, number, number]

/** Sizes of a windowed pass over images [batch, height, width, channels], from the forward convolution. */
export interface WindowGeometry {
  readonly batchSize: number
  readonly inHeight: number
  readonly inWidth: number
  readonly inChannels: number
  readonly outHeight: number
  readonly outWidth: number
  readonly outChannels: number
  readonly filterHeight: number
  readonly filterWidth: number
  readonly strideHeight: number
  readonly strideWidth: number
  readonly padInfo: { readonly top: number; readonly left: number }
}

/** Attributes of a convolution and of its gradients; the shapes are present if the op needs them. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number]
  readonly pad: 'same' | 'valid'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
  readonly filterShape: Sizes4
  readonly inputShape: Sizes4
}

/** Geometry of the convolution that a gradient belongs to. */
export function convolutionGeometry(
  tf: Tf,
  inputShape: readonly number[],
  filterShape: readonly number[],
  a: ConvolutionAttributes,
  depthwise = false,
): WindowGeometry {
  const [input, filter] = [[...inputShape] as Sizes4, [...filterShape] as Sizes4]
  return tf.backend_util.computeConv2DInfo(input, filter, a.strides, 1, a.pad, a.dimRoundingMode, depthwise)
}

/** Rows of the column matrix: one for each output position of each image. */
export const columnRows = (g: WindowGeometry): number => g.batchSize * g.outHeight * g.outWidth
/** Columns of the column matrix: one for each weight of one filter. */
export const columnWidth = (g: WindowGeometry): number => g.filterHeight * g.filterWidth * g.inChannels

/**
 * Folds the matrix [rows, filterHeight × filterWidth × channels] of all windows back into images: adds every cell to its
 * pixel (Chellapilla et al., 2006). `images` starts at 0; cells in the padding are skipped.
 */
export function col2im(columns: Float32Array, images: Float32Array, g: WindowGeometry): void {
  const channels = g.inChannels
  let from = 0
  for (let n = 0; n < g.batchSize; n++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++) {
        const left = ox * g.strideWidth - g.padInfo.left
        for (let fy = 0; fy < g.filterHeight; fy++, from += g.filterWidth * channels) {
          const y = oy * g.strideHeight - g.padInfo.top + fy
          if (y < 0 || y >= g.inHeight) continue
          const first = Math.max(0, -left)
          const last = Math.min(g.filterWidth, g.inWidth - left)
          let to = ((n * g.inHeight + y) * g.inWidth + left + first) * channels
          for (let at = from + first * channels, end = from + last * channels; at < end; at++, to++) {
            images[to] = (images[to] ?? NaN) + (columns[at] ?? NaN)
          }
        }
      }
    }
  }
}

/** Adjacent windows of equal height and width; numbers are offsets in elements. */
export interface WindowRow {
  readonly windows: number
  readonly height: number
  readonly width: number
  /** First pixel of the first window, and its output. */
  readonly input: number
  readonly output: number
  /** From one window to the next, and from one pixel to the one below. */
  readonly step: number
  readonly down: number
  readonly channels: number
}

/** Visits all windows in the order of their outputs. A row is split where windows lose columns to the padding. */
export function rowsOfWindows(g: WindowGeometry, visit: (row: WindowRow) => void): void {
  const [channels, down] = [g.inChannels, g.inWidth * g.inChannels]
  const segments = columnSegments(g)
  for (let image = 0; image < g.batchSize; image++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      const [top, height] = clipped(oy * g.strideHeight - g.padInfo.top, g.filterHeight, g.inHeight)
      for (const { first, windows, left, width } of segments) {
        const input = ((image * g.inHeight + top) * g.inWidth + left) * channels
        const output = ((image * g.outHeight + oy) * g.outWidth + first) * channels
        visit({ windows, height, width, input, output, step: g.strideWidth * channels, down, channels })
      }
    }
  }
}

interface Segment {
  readonly first: number
  readonly windows: number
  readonly left: number
  readonly width: number
}

/** Runs of windows that are fully inside; every truncated window stands alone. */
function columnSegments(g: WindowGeometry): Segment[] {
  const segments: Segment[] = []
  for (let first = 0; first < g.outWidth; ) {
    const [left, width] = clipped(first * g.strideWidth - g.padInfo.left, g.filterWidth, g.inWidth)
    const inside = Math.floor((g.inWidth - g.filterWidth - left) / g.strideWidth) + 1
    const windows = width < g.filterWidth ? 1 : Math.min(inside, g.outWidth - first)
    segments.push({ first, windows, left, width })
    first += windows
  }
  return segments
}

/** The part of [from, from + length) within [0, size): its start and length. */
function clipped(from: number, length: number, size: number): readonly [start: number, length: number] {
  const start = Math.max(0, from)
  return [start, Math.min(size, from + length) - start]
}
