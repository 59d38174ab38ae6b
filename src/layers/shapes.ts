import { unreachable } from '../base/result.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type Layer, type LayerOf, type LayerPlace, type Padding, type Pair, type Parameter, residualLists, type Shape } from './layer.ts'
import { parametersOf } from './parameters.ts'

/** Why a layer does not fit behind the one before it. */
export interface ShapeProblem {
  readonly place: LayerPlace
  readonly message: string
  readonly found: string
  readonly allowed: string
  readonly hint?: string
}

export interface ShapedLayer {
  readonly layer: Layer
  readonly input: Shape
  readonly output: Shape
  /** Those of nested layers are named by their way: `layers.0.dense.kernel`. */
  readonly parameters: readonly Parameter[]
  /** Of a residual: its two lists. */
  readonly inner?: { readonly [list in typeof residualLists[number]]: readonly ShapedLayer[] }
}

/** Walks the layers from the input shape; stops at the first that does not fit, since all behind it would be noise. */
export function inferShapes(
  layers: readonly Layer[], inputShape: Shape, within: LayerPlace = [],
): Result<ShapedLayer[], ShapeProblem> {
  const shaped: ShapedLayer[] = []
  let input = inputShape
  for (const [index, layer] of layers.entries()) {
    const next = shapedLayer(layer, input, [...within, index])
    if (!next.ok) return next
    shaped.push(next.value)
    input = next.value.output
  }
  return ok(shaped)
}

function shapedLayer(layer: Layer, input: Shape, place: LayerPlace): Result<ShapedLayer, ShapeProblem> {
  if (layer.kind === 'residual') return shapedResidual(layer, input, place)
  const output = outputShape(layer, input)
  return output.ok
    ? ok({ layer, input, output: output.value, parameters: parametersOf(layer, input) })
    : err({ place, ...output.error })
}

function shapedResidual(layer: LayerOf<'residual'>, input: Shape, place: LayerPlace): Result<ShapedLayer, ShapeProblem> {
  const layers = inferShapes(layer.layers, input, [...place, 'residual', 'layers'])
  if (!layers.ok) return layers
  const shortcut = inferShapes(layer.shortcut, input, [...place, 'residual', 'shortcut'])
  if (!shortcut.ok) return shortcut
  const inner = { layers: layers.value, shortcut: shortcut.value }
  const [output, beside] = [inner.layers.at(-1)?.output ?? input, inner.shortcut.at(-1)?.output ?? input]
  if (!sameShape(output, beside)) return err({ place, ...unlike(layer, output, beside) })
  const parameters = residualLists.flatMap((list) => inner[list].flatMap((s, i) => (
    s.parameters.map((p) => ({ ...p, name: `${list}.${i}.${s.layer.kind}.${p.name}` })))))
  return ok({ layer, input, output, parameters, inner })
}

function unlike({ shortcut }: LayerOf<'residual'>, output: Shape, beside: Shape): Misfit {
  const [other, channels] = [shortcut.length === 0 ? 'input' : 'shortcut', output.at(-1) ?? 1]
  const projection = output.length === 3
    ? `[{ conv2d: { filters: ${channels}, kernelSize: 1, strides: 2 } }]`
    : `[{ dense: { units: ${channels} } }]`
  return {
    message: `the layers of the residual give another shape than its ${other}`,
    found: `[${output.join(', ')}] and [${beside.join(', ')}]`,
    allowed: 'two equal shapes, which can be added',
    ...(shortcut.length === 0 ? { hint: `bring the input into that shape, as in shortcut: ${projection}` } : {}),
  }
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i])

export function parameterCount(shaped: readonly ShapedLayer[]): number {
  return shaped.flatMap((s) => s.parameters).filter((p) => p.trainable).reduce((sum, p) => sum + product(p.shape), 0)
}

type Misfit = Omit<ShapeProblem, 'place'>

function outputShape(layer: Exclude<Layer, { kind: 'residual' }>, input: Shape): Result<Shape, Misfit> {
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
    case 'positionEmbedding':
    case 'multiHeadAttention':
      return input.length === 2 ? ok(input) : err(misfit(layer, input, 'a sequence: [steps, features]'))
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

export function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1)
}
