import { occurrences } from '../../../base/lists.ts'
import type { Dataset } from '../../types.ts'

/** One number per row, such as its brightness, and its name. */
export interface Distribution {
  readonly what: string
  readonly values: Float32Array
}

/** An input with a value that this share of the rows has is a count or a category: any noise at all changes it. */
const MOST_EQUAL = 0.1

/**
 * What is compared between rows: brightness and contrast of images, the mean and the SD of each channel; otherwise each
 * input.
 */
export function distributionsOf({ inputShape, features }: Dataset, values: Float32Array): Distribution[] {
  if (inputShape.length === 3) return ofImages(values, inputShape)
  const rows = values.length / features.length
  const column = (i: number) => Float32Array.from({ length: rows }, (_, row) => values[row * features.length + i] ?? 0)
  return features.map((what, i) => ({ what, values: column(i) }))
}

function ofImages(values: Float32Array, shape: readonly number[]): Distribution[] {
  const size = shape.reduce((a, b) => a * b, 1)
  const channels = shape[2] ?? 1
  return Array.from({ length: channels }, (_, channel) => {
    const where = channels === 1 ? '' : ` of channel ${channel + 1}`
    const images = Array.from({ length: values.length / size }, (_, row) => values.subarray(row * size, (row + 1) * size))
    const moments = images.map((image) => momentsOf(image, channel, channels))
    return [
      { what: `brightness${where}`, values: Float32Array.from(moments, ({ mean }) => mean) },
      { what: `contrast${where}`, values: Float32Array.from(moments, ({ sd }) => sd) },
    ]
  }).flat()
}

function momentsOf(image: Float32Array, channel: number, channels: number): { readonly mean: number; readonly sd: number } {
  const count = image.length / channels
  let [sum, squares] = [0, 0]
  for (let i = channel; i < image.length; i += channels) sum += image[i] ?? 0
  const mean = sum / count
  for (let i = channel; i < image.length; i += channels) squares += ((image[i] ?? 0) - mean) ** 2
  return { mean, sd: Math.sqrt(squares / count) }
}

/** Whether an input is measured finely enough that its distribution can be compared value by value. */
export function isContinuous(values: Float32Array): boolean {
  return Math.max(...occurrences(values).values()) <= MOST_EQUAL * values.length
}
