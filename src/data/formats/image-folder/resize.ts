import type { Image } from './image.ts'

/** Color becomes gray by the weights of ITU-R 601, as in Pillow's `convert('L')`; gray becomes three equal channels. */
export function withChannels(image: Image, channels: 1 | 3): Image {
  if (image.channels === channels) return image
  const pixels = image.width * image.height
  const values = new Uint8Array(pixels * channels)
  for (let i = 0; i < pixels; i++) {
    if (channels === 3) values.fill(image.values[i] ?? 0, 3 * i, 3 * i + 3)
    else {
      const [r = 0, g = 0, b = 0] = image.values.subarray(3 * i, 3 * i + 3)
      values[i] = (19_595 * r + 38_470 * g + 7471 * b + 0x8000) >> 16
    }
  }
  return { ...image, channels, values }
}

/**
 * Resizes to `height` × `width`: each pixel is the mean of the area that it covers, first along rows and then along columns.
 * Oracle: Pillow's `resize` with `Image.BOX`.
 */
export function resized(image: Image, height: number, width: number): Image {
  if (image.height === height && image.width === width) return image
  return resizedHeight(resizedWidth(image, width), height)
}

/** The source pixels of one target pixel: from `from` up to `to`, all with the same weight, as Pillow takes them. */
function span(at: number, scale: number, size: number): readonly [from: number, to: number] {
  const support = Math.max(1, scale) / 2
  const center = (at + 0.5) * scale
  const from = Math.max(0, Math.floor(center - support + 0.5))
  const to = Math.min(size, Math.floor(center + support + 0.5))
  return [Math.min(from, size - 1), Math.max(to, Math.min(from, size - 1) + 1)]
}

function resizedWidth(image: Image, width: number): Image {
  const { height, channels } = image
  const values = new Uint8Array(height * width * channels)
  for (let x = 0; x < width; x++) {
    const [from, to] = span(x, image.width / width, image.width)
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let i = from; i < to; i++) sum += image.values[(y * image.width + i) * channels + c] ?? 0
        values[(y * width + x) * channels + c] = Math.floor(sum / (to - from) + 0.5)
      }
    }
  }
  return { ...image, width, values }
}

function resizedHeight(image: Image, height: number): Image {
  const { width, channels } = image
  const row = width * channels
  const values = new Uint8Array(height * row)
  for (let y = 0; y < height; y++) {
    const [from, to] = span(y, image.height / height, image.height)
    for (let at = 0; at < row; at++) {
      let sum = 0
      for (let i = from; i < to; i++) sum += image.values[i * row + at] ?? 0
      values[y * row + at] = Math.floor(sum / (to - from) + 0.5)
    }
  }
  return { ...image, height, values }
}
