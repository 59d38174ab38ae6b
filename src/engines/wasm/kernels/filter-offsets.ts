import type { Positions } from '../simd/products.ts'
import type { WindowGeometry } from './windows.ts'

/** Views of one memory: the images, the slopes of the output, and the filter [height, width, ...] to accumulate. */
export interface TapOperands {
  readonly left: Float32Array
  readonly right: Float32Array
  readonly out: Float32Array
}

/** Images are processed in groups that stay in a core's L2 cache while all filter offsets go over them. */
const cacheBytes = 256 * 1024

/**
 * Visits, for every filter offset, the box of output positions at which the offset is inside the image, which is what the
 * offset's gradient sums over. Padding is excluded, so no test is needed on the way.
 */
export function overFilterOffsets(
  g: WindowGeometry,
  { left, right, out }: TapOperands,
  visit: (positions: Positions) => void,
): void {
  const [leftImage, rightImage] = [g.inHeight * g.inWidth * g.inChannels * 4, g.outHeight * g.outWidth * g.outChannels * 4]
  const taps = g.filterHeight * g.filterWidth
  const group = Math.max(1, Math.floor(cacheBytes / (leftImage + rightImage)))
  for (let image = 0; image < g.batchSize; image += group) {
    const images = { count: Math.min(group, g.batchSize - image), left: leftImage, right: rightImage }
    for (let tap = 0; tap < taps; tap++) {
      const box = tapBox(g, Math.floor(tap / g.filterWidth), tap % g.filterWidth)
      visit({
        ...box,
        images,
        left: left.byteOffset + image * leftImage + box.left,
        right: right.byteOffset + image * rightImage + box.right,
        out: out.byteOffset + (tap * out.byteLength) / taps,
      })
    }
  }
}

/** Output positions whose filter offset (fy, fx) is inside the image; addresses are relative to the image. */
function tapBox(g: WindowGeometry, fy: number, fx: number): Omit<Positions, 'images' | 'out'> {
  const [pixel, slope] = [g.inChannels * 4, g.outChannels * 4]
  const [firstRow, rows] = inside(fy - g.padInfo.top, g.strideHeight, g.inHeight, g.outHeight)
  const [firstColumn, columns] = inside(fx - g.padInfo.left, g.strideWidth, g.inWidth, g.outWidth)
  const [y, x] = [firstRow * g.strideHeight + fy - g.padInfo.top, firstColumn * g.strideWidth + fx - g.padInfo.left]
  return {
    left: (y * g.inWidth + x) * pixel,
    right: (firstRow * g.outWidth + firstColumn) * slope,
    rows: { count: rows, left: g.strideHeight * g.inWidth * pixel, right: g.outWidth * slope },
    columns: { count: columns, left: g.strideWidth * pixel, right: slope },
  }
}

/** First output index and count of those with 0 ≤ index · stride + offset < size. */
function inside(offset: number, stride: number, size: number, outputs: number): readonly [first: number, count: number] {
  const first = Math.max(0, Math.ceil(-offset / stride))
  const last = Math.min(outputs - 1, Math.floor((size - 1 - offset) / stride))
  return [first, Math.max(0, last - first + 1)]
}
