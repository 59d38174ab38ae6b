import { err, ok, type Result } from '../base/result.ts'
import type { DepthwiseConv2D, Size } from '../dsl/tuning.gen.ts'
import { activationWords, type Activation } from './activations.ts'
import type { Node, OnnxGraph, SavedStep, SavedTensor } from './saved.ts'
import { misfit, type AnyLayer, type Misfit, type Pair, type Shape, type Window, type Windowed } from './definition.ts'

/** What all convolutions share. */
export interface Convolution extends Window {
  readonly activation: Activation
  readonly useBias: boolean
}

export const kernelSizeSchema = {
  title: 'Kernel size',
  description: 'Height and width of the window.',
  $ref: '#/$defs/size',
  default: 3,
} as const

/** The other arguments that all convolutions share. */
export const convolutionSchema = {
  strides: { title: 'Strides', description: 'Strides of the window.', $ref: '#/$defs/size', default: 1 },
  padding: {
    title: 'Padding',
    description: 'same pads the image with zeros so that only strides shrink it.',
    $ref: '#/$defs/padding',
    default: 'valid',
  },
  activation: {
    title: 'Activation',
    description: 'Applied to the output.',
    $ref: '#/$defs/activation',
    default: 'linear',
  },
  useBias: { title: 'Bias', description: 'Whether to add a bias.', type: 'boolean', default: true },
} as const

/** The arguments of `Convolution` with their defaults. */
export function convolution(a: Omit<DepthwiseConv2D, 'depthMultiplier'>): Convolution {
  return {
    kernelSize: pair(a.kernelSize),
    strides: pair(a.strides ?? 1),
    padding: a.padding ?? 'valid',
    activation: a.activation ?? 'linear',
    useBias: a.useBias ?? true,
  }
}

export const pair = (size: Size): Pair => (typeof size === 'number' ? [size, size] : size)

/** ONNX' operators take [batch, channels, height, width]. */
export const channelsFirst = (graph: OnnxGraph, x: Node): Node =>
  graph.node('Transpose', [x], { perm: { ints: [0, 3, 1, 2] } })
export const channelsLast = (graph: OnnxGraph, x: Node): Node =>
  graph.node('Transpose', [x], { perm: { ints: [0, 2, 3, 1] } })

/** The attributes of a window. Padding is written out, as much of it before the image as TensorFlow has there. */
export function onnxWindow({ kernelSize, strides, padding }: Window, input: Shape, output: Shape) {
  const pads = ([0, 1] as const).map((axis) => {
    const reach = ((output[axis] ?? 0) - 1) * strides[axis] + kernelSize[axis] - (input[axis] ?? 0)
    const all = padding === 'same' ? Math.max(0, reach) : 0
    return [Math.floor(all / 2), Math.ceil(all / 2)] as const
  })
  return {
    kernel_shape: { ints: kernelSize },
    strides: { ints: strides },
    pads: { ints: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)] },
  }
}

/**
 * A convolution as a node of ONNX.
 *
 * @param kernel [outputs, inputs of a group, height, width]
 */
export function onnxConvolution(
  graph: OnnxGraph,
  layer: Window,
  { x, kernel, group }: { readonly x: Node; readonly kernel: Node; readonly group: number },
  { input, output }: Pick<SavedStep, 'input' | 'output'>,
): Node {
  const attributes = { ...onnxWindow(layer, input, output), group: { int: group } }
  return channelsLast(graph, graph.node('Conv', [channelsFirst(graph, x), kernel], attributes))
}

/** A kernel [height, width, channels, multiplier] as that of one group a channel. */
export function onnxDepthwiseKernel(graph: OnnxGraph, tensor: SavedTensor): Node {
  const [h = 1, w = 1, channels = 1, multiplier = 1] = tensor.shape
  const grouped = graph.node('Transpose', [graph.weight(tensor)], { perm: { ints: [2, 3, 0, 1] } })
  return graph.node('Reshape', [grouped, graph.integers([channels * multiplier, 1, h, w])])
}

/** A kernel [height, width, channels, filters] as ONNX has it. */
export const onnxKernel = (graph: OnnxGraph, tensor: SavedTensor): Node =>
  graph.node('Transpose', [graph.weight(tensor)], { perm: { ints: [3, 2, 0, 1] } })

export const kerasWindow = ({ strides, padding }: Windowed) => ({ strides, padding })

/** What all convolutions of Keras share. */
export const kerasConvolution = ({ kernelSize, activation, useBias, ...windowed }: Convolution) => ({
  kernel_size: kernelSize,
  ...kerasWindow(windowed),
  activation,
  use_bias: useBias,
})

/** The shape of an image after a window. */
export function windowed(layer: AnyLayer & Windowed, window: Pair, input: Shape, channels: number): Result<Shape, Misfit> {
  const [height, width] = input
  if (input.length !== 3 || height === undefined || width === undefined) {
    return err(misfit(layer, input, 'an image: [height, width, channels]'))
  }
  if (layer.padding === 'valid' && (window[0] > height || window[1] > width)) {
    return err(misfit(layer, input, `an image of at least ${window[0]}×${window[1]}, or padding: same`))
  }
  const size = (length: number, kernel: number, stride: number): number =>
    layer.padding === 'same' ? Math.ceil(length / stride) : Math.ceil((length - kernel + 1) / stride)
  return ok([size(height, window[0], layer.strides[0]), size(width, window[1], layer.strides[1]), channels])
}

export const sizeWords = ([height, width]: Pair): string => `${height}×${width}`

/** `3×3, stride 2×2, same padding, relu`: the window and what else convolutions share. */
export function convolutionWords({ kernelSize, strides, padding, activation }: Convolution): string {
  const stride = strides[0] === 1 && strides[1] === 1 ? '' : `, stride ${sizeWords(strides)}`
  const window = padding === 'valid' ? stride : `${stride}, ${padding} padding`
  return `${sizeWords(kernelSize)}${window}${activationWords(activation)}`
}
