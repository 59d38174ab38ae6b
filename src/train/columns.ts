import type { Shape, Window } from '../layers/definition.ts'
import { layerOf } from '../layers/index.ts'
import type { ShapedLayer } from '../layers/shapes.ts'
import type { TrainingData } from './types.ts'

/** What the columns of a data set may take up. */
const mostBytes = 256 * 2 ** 20
/** Values that one output of the first convolution reads; with more of them a convolution is as quick as the product. */
const mostValues = 16

/**
 * The data with its images as columns, or null where the first layer cannot take columns or it would not pay. It does where an
 * image has one channel or two, for which libraries' convolutions are slow, and the columns fit in memory.
 */
export function columnsOf([first]: readonly ShapedLayer[], data: TrainingData): TrainingData | null {
  const window = first && windowOf(first)
  if (!window) return null
  const [height = 0, width = 0] = first.output
  const values = valuesOf(window, first.input)
  if (values > mostValues || 4 * data.targets.length * height * width * values > mostBytes) return null
  return { ...data, inputs: spread(window, first, data.inputs), inputShape: [height, width, values] }
}

function windowOf({ layer }: ShapedLayer): Window | undefined {
  const definition = layerOf(layer.kind)
  return 'columns' in definition ? definition.columns?.window(layer) : undefined
}

const valuesOf = ({ kernelSize: [tall, wide] }: Window, input: Shape): number => tall * wide * (input[2] ?? 0)

/**
 * Every patch that a convolution reads, one behind the other in the order of its outputs: [images, rows, columns, height ·
 * width · channels], zeros where it reads padding. A product with the kernel is the convolution then (Chellapilla et al., 2006,
 * "High performance convolutional neural networks for document processing").
 */
export function spread(
  window: Window, { input, output }: Pick<ShapedLayer, 'input' | 'output'>, images: Float32Array,
): Float32Array {
  const [height = 0, width = 0, channels = 0] = input
  const places = placesOf(window, [height, width, channels], [output[0] ?? 0, output[1] ?? 0])
  const size = height * width * channels
  const count = images.length / size
  const columns = new Float32Array(count * places.length)
  for (let image = 0; image < count; image++) {
    const [from, to] = [image * size, image * places.length]
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number
      if (place >= 0) columns[to + i] = images[from + place] as number
    }
  }
  return columns
}

/** Where in an image each value of its columns stands; −1 for one of the padding. */
function placesOf(
  { kernelSize: [tall, wide], strides: [down, right], padding }: Window,
  [height, width, channels]: readonly [number, number, number], [rows, columns]: readonly [number, number],
): Int32Array {
  const before = (outputs: number, stride: number, kernel: number, inputs: number): number =>
    (padding === 'same' ? Math.floor(Math.max(0, (outputs - 1) * stride + kernel - inputs) / 2) : 0)
  const [top, left] = [before(rows, down, tall, height), before(columns, right, wide, width)]
  const places: number[] = []
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    for (let i = 0; i < tall; i++) for (let j = 0; j < wide; j++) for (let k = 0; k < channels; k++) {
      const [y, x] = [r * down - top + i, c * right - left + j]
      places.push(y < 0 || y >= height || x < 0 || x >= width ? -1 : (y * width + x) * channels + k)
    }
  }
  return Int32Array.from(places)
}
