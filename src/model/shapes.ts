import { unreachable } from '../base/result.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Layer, Padding, Pair, Parameter, Shape } from './layers.ts'

/** Why a layer does not fit behind the one before it. */
export interface ShapeProblem {
  /** Position in the list of layers, from 0. */
  readonly layer: number
  readonly message: string
  readonly found: string
  readonly allowed: string
}

export interface ShapedLayer {
  readonly layer: Layer
  readonly input: Shape
  readonly output: Shape
  readonly parameters: readonly Parameter[]
}

/** Walks the layers from the input shape; stops at the first that does not fit, since all behind it would be noise. */
export function inferShapes(layers: readonly Layer[], inputShape: Shape): Result<ShapedLayer[], ShapeProblem> {
  const shaped: ShapedLayer[] = []
  let input = inputShape
  for (const [index, layer] of layers.entries()) {
    const output = outputShape(layer, input)
    if (!output.ok) return err({ layer: index, ...output.error })
    shaped.push({ layer, input, output: output.value, parameters: parametersOf(layer, input) })
    input = output.value
  }
  return ok(shaped)
}

export function parameterCount(shaped: readonly ShapedLayer[]): number {
  return shaped.flatMap((s) => s.parameters).filter((p) => p.trainable).reduce((sum, p) => sum + product(p.shape), 0)
}

type Misfit = Omit<ShapeProblem, 'layer'>

function outputShape(layer: Layer, input: Shape): Result<Shape, Misfit> {
  switch (layer.kind) {
    case 'conv2d':
    case 'separableConv2d':
      return windowed(layer, layer.kernelSize, input, layer.filters)
    case 'depthwiseConv2d':
      return windowed(layer, layer.kernelSize, input, (input[2] ?? 0) * layer.depthMultiplier)
    case 'maxPooling2d':
    case 'averagePooling2d':
      return windowed(layer, layer.poolSize, input, input[2] ?? 0)
    case 'globalAveragePooling2d':
    case 'globalMaxPooling2d':
      return input.length === 3 ? ok([input[2] ?? 0]) : err(misfit(layer, input, 'an image: [height, width, channels]'))
    case 'globalAveragePooling1d':
      return input.length === 2 ? ok([input[1] ?? 0]) : err(misfit(layer, input, 'a sequence: [steps, features]'))
    case 'flatten':
      return ok([product(input)])
    case 'dense':
      return input.length >= 1
        ? ok([...input.slice(0, -1), layer.units])
        : err(misfit(layer, input, 'at least one feature: [features]'))
    case 'embedding':
      return input.length === 1 ? ok([...input, layer.outputDim]) : err(misfit(layer, input, 'a row of whole numbers: [length]'))
    case 'dropout':
    case 'batchNormalization':
    case 'layerNormalization':
    case 'activation':
      return ok(input)
    default:
      return unreachable(layer, 'layer')
  }
}

function windowed(layer: Layer & { readonly strides: Pair; readonly padding: Padding }, window: Pair, input: Shape, channels: number): Result<Shape, Misfit> {
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

function misfit(layer: Layer, input: Shape, allowed: string): Misfit {
  return { message: `layer ${layer.kind} does not fit the shape before it`, found: `[${input.join(', ')}]`, allowed }
}

/** The tensors of a layer in the order in which they are initialized and saved. */
export function parametersOf(layer: Layer, input: Shape): Parameter[] {
  const channels = input.at(-1) ?? 0
  switch (layer.kind) {
    case 'conv2d': {
      const [h, w] = layer.kernelSize
      return [kernel('kernel', [h, w, channels, layer.filters], h * w * channels, h * w * layer.filters), ...bias(layer.useBias, layer.filters)]
    }
    case 'depthwiseConv2d':
      return [depthwise(layer.kernelSize, channels, layer.depthMultiplier), ...bias(layer.useBias, channels * layer.depthMultiplier)]
    case 'separableConv2d': {
      const between = channels * layer.depthMultiplier
      return [
        depthwise(layer.kernelSize, channels, layer.depthMultiplier),
        kernel('pointwiseKernel', [1, 1, between, layer.filters], between, layer.filters),
        ...bias(layer.useBias, layer.filters),
      ]
    }
    case 'dense':
      return [kernel('kernel', [channels, layer.units], channels, layer.units), ...bias(layer.useBias, layer.units)]
    case 'embedding':
      return [{ name: 'embeddings', shape: [layer.inputDim, layer.outputDim], initializer: { kind: 'uniform', limit: 0.05 }, trainable: true, decay: true }]
    case 'layerNormalization':
      return [norm('gamma', channels, 'ones', true), norm('beta', channels, 'zeros', true)]
    case 'batchNormalization':
      return [
        norm('gamma', channels, 'ones', true), norm('beta', channels, 'zeros', true),
        norm('movingMean', channels, 'zeros', false), norm('movingVariance', channels, 'ones', false),
      ]
    case 'maxPooling2d': case 'averagePooling2d': case 'globalAveragePooling2d': case 'globalMaxPooling2d':
    case 'globalAveragePooling1d': case 'flatten': case 'dropout': case 'activation':
      return []
    default:
      return unreachable(layer, 'layer')
  }
}

function kernel(name: string, shape: readonly number[], fanIn: number, fanOut: number): Parameter {
  return { name, shape, initializer: { kind: 'glorot-uniform', fanIn, fanOut }, trainable: true, decay: true }
}

/** Keras counts the fans of a depthwise kernel [h, w, in, multiplier] like those of any convolution kernel. */
function depthwise([h, w]: Pair, channels: number, multiplier: number): Parameter {
  return kernel('depthwiseKernel', [h, w, channels, multiplier], h * w * channels, h * w * multiplier)
}

function bias(use: boolean, size: number): Parameter[] {
  return use ? [{ name: 'bias', shape: [size], initializer: { kind: 'zeros' }, trainable: true, decay: false }] : []
}

function norm(name: string, size: number, initializer: 'zeros' | 'ones', trainable: boolean): Parameter {
  return { name, shape: [size], initializer: { kind: initializer }, trainable, decay: false }
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1)
}
