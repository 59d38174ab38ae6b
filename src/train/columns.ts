import { rowCount } from '../base/rows.ts'
import type { Shape, Window } from '../layers/definition.ts'
import { layerOf } from '../layers/index.ts'
import type { ShapedLayer } from '../layers/shapes.ts'
import type { TrainingData } from './types.ts'

/** The most memory that the columns of a data set may use. */
const mostBytes = 256 * 2 ** 20
/**
 * The most values that one output of the first convolution may read. Beyond that, a convolution is as fast as the product.
 */
const mostValues = 16

/**
 * The data with images as columns, or null if the first layer cannot take columns or they would not pay off. They pay off if
 * images have one or two channels, for which library convolutions are slow, and the columns fit in memory.
 */
export function columnsOf([first]: readonly ShapedLayer[], data: TrainingData): TrainingData | null {
  const window = first && windowOf(first)
  if (!window) return null
  const [height = 0, width = 0] = first.output
  const values = valuesOf(window, first.input)
  if (values > mostValues || 4 * rowCount(data) * height * width * values > mostBytes) return null
  return { ...data, inputs: spread(window, first, data.inputs), inputShape: [height, width, values] }
}

function windowOf({ layer }: ShapedLayer): Window | undefined {
  const definition = layerOf(layer.kind)
  return 'columns' in definition ? definition.columns?.window(layer) : undefined
}

const valuesOf = ({ kernelSize: [tall, wide] }: Window, input: Shape): number => tall * wide * (input[2] ?? 0)

/**
 * Every patch that a convolution reads, consecutively in the order of its outputs: [images, rows, columns, height · width ·
 * channels], with zeros for padding. The convolution is then a product with the kernel (Chellapilla et al., 2006, "High
 * performance convolutional neural networks for document processing").
 */
export function spread(
  window: Window,
  { input, output }: Pick<ShapedLayer, 'input' | 'output'>,
  images: Float32Array,
): Float32Array {
  const [height = 0, width = 0, channels = 0] = input
  const places = placesOf(window, [height, width, channels], [output[0] ?? 0, output[1] ?? 0])
  const size = height * width * channels
  const count = images.length / size
  const columns = new Float32Array(count * places.length)
  for (let image = 0; image < count; image++) {
    const [from, to] = [image * size, image * places.length]
    for (let i = 0; i < places.length; i++) {
      const place = places[i] ?? NaN
      if (place >= 0) columns[to + i] = images[from + place] ?? NaN
    }
  }
  return columns
}

/** The position in an image of each value in its columns; −1 for padding. */
function placesOf(
  { kernelSize: [tall, wide], strides: [down, right], padding }: Window,
  [height, width, channels]: readonly [number, number, number],
  [rows, columns]: readonly [number, number],
): Int32Array {
  const before = (outputs: number, stride: number, kernel: number, inputs: number): number =>
    padding === 'same' ? Math.floor(Math.max(0, (outputs - 1) * stride + kernel - inputs) / 2) : 0
  const [top, left] = [before(rows, down, tall, height), before(columns, right, wide, width)]
  const places: number[] = []
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      for (let i = 0; i < tall; i++)
        for (let j = 0; j < wide; j++)
          for (let k = 0; k < channels; k++) {
            const [y, x] = [r * down - top + i, c * right - left + j]
            places.push(y < 0 || y >= height || x < 0 || x >= width ? -1 : (y * width + x) * channels + k)
          }
    }
  return Int32Array.from(places)
}
