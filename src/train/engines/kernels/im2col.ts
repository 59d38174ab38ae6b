/** Sizes of a windowed pass over images [batch, height, width, channels]: from the forward convolution. */
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

/** Rows of the column matrix: one for each output position of each image. */
export const columnRows = (g: WindowGeometry): number => g.batchSize * g.outHeight * g.outWidth
/** Columns of the column matrix: one for each weight of one filter. */
export const columnWidth = (g: WindowGeometry): number => g.filterHeight * g.filterWidth * g.inChannels

/**
 * Unfolds images into the matrix [rows, filterHeight × filterWidth × channels] whose product with a filter is the
 * convolution (Chellapilla et al., 2006). Positions in the padding become 0; every cell of `columns` is written.
 */
export function im2col(images: Float32Array, columns: Float32Array, g: WindowGeometry): void {
  const rowWidth = g.filterWidth * g.inChannels
  let to = 0
  for (let n = 0; n < g.batchSize; n++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++) {
        const left = ox * g.strideWidth - g.padInfo.left
        for (let fy = 0; fy < g.filterHeight; fy++) {
          const y = oy * g.strideHeight - g.padInfo.top + fy
          if (y < 0 || y >= g.inHeight) columns.fill(0, to, to + rowWidth)
          else copyWindowRow(images, columns, to, (n * g.inHeight + y) * g.inWidth, left, g)
          to += rowWidth
        }
      }
    }
  }
}

function copyWindowRow(images: Float32Array, columns: Float32Array, to: number, row: number, left: number, g: WindowGeometry): void {
  const channels = g.inChannels
  const first = Math.max(0, -left)
  const last = Math.min(g.filterWidth, g.inWidth - left)
  let at = to
  for (const end = to + first * channels; at < end; at++) columns[at] = 0
  let from = (row + left + first) * channels
  for (const end = to + last * channels; at < end;) columns[at++] = images[from++] as number
  for (const end = to + g.filterWidth * channels; at < end; at++) columns[at] = 0
}

/** The transpose of `im2col`: adds every cell of the columns to the pixel that it was copied from. `images` starts at 0. */
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
            images[to] = (images[to] as number) + (columns[at] as number)
          }
        }
      }
    }
  }
}
