import type { LayerOf } from '../model/layers.ts'
import type { ShapedLayer } from '../model/shapes.ts'
import type { TrainingData } from './types.ts'

/** What the columns of a data set may take up. */
const mostBytes = 256 * 2 ** 20
/** Values that one output of the first convolution reads; with more of them a convolution is as quick as the product. */
const mostValues = 16

/**
 * Every patch that the first convolution reads, in a row of its own behind all others: what convolutions as products compute
 * of each batch anew (Chellapilla et al., 2006, "High performance convolutional neural networks for document processing"). Of
 * data that no augmentation changes it can be done once, and is worth it where an image has one channel or two, for which
 * libraries' convolutions are slow. Null where the first layer is another, or it would not pay.
 */
export function columnsOf([first]: readonly ShapedLayer[], data: TrainingData): TrainingData | null {
  if (first?.layer.kind !== 'conv2d') return null
  const { layer, input: [height = 0, width = 0, channels = 0], output: [rows = 0, columns = 0] } = first
  const values = layer.kernelSize[0] * layer.kernelSize[1] * channels
  const images = data.targets.length
  if (values > mostValues || 4 * images * rows * columns * values > mostBytes) return null
  const inputs = new Float32Array(images * rows * columns * values)
  const places = placesOf(layer, [height, width, channels], [rows, columns])
  const size = height * width * channels
  for (let image = 0; image < images; image++) {
    const [from, to] = [image * size, image * places.length]
    places.forEach((place, i) => {
      if (place >= 0) inputs[to + i] = data.inputs[from + place] as number
    })
  }
  return { ...data, inputs, inputShape: [rows, columns, values] }
}

/** Where in an image each value of its columns stands; −1 for one of the padding. */
function placesOf(
  { kernelSize: [tall, wide], strides: [down, right], padding }: LayerOf<'conv2d'>,
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
