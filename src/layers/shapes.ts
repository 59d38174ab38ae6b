import { err, ok, type Result } from '../base/result.ts'
import { product, type AnyDefinition, type Misfit, type Parameter, type Shape } from './definition.ts'
import { layerOf } from './index.ts'
import { innerLayers, type Layer, type LayerPlace } from './layer.ts'

/** Why a layer does not fit after the one before it. */
export interface ShapeProblem extends Misfit {
  readonly place: LayerPlace
}

export interface ShapedLayer {
  readonly layer: Layer
  readonly input: Shape
  readonly output: Shape
  /** Those of nested layers are named by their path: `layers.0.dense.kernel`. */
  readonly parameters: readonly Parameter[]
  /** The inner lists of layers, in the order in which their weights are saved; absent if the layer has none. */
  readonly inner?: Readonly<Record<string, readonly ShapedLayer[]>>
}

/** Walks the layers from the input shape. Stops at the first that does not fit, since later errors would be noise. */
export function inferShapes(
  layers: readonly Layer[],
  inputShape: Shape,
  within: LayerPlace = [],
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
  const definition = layerOf(layer.kind)
  if ('inner' in definition) return shapedNested(definition, layer, input, place)
  const output = definition.outputShape(layer, input)
  return output.ok
    ? ok({ layer, input, output: output.value, parameters: definition.parameters(layer, input) })
    : err({ place, ...output.error })
}

function shapedNested(
  definition: Extract<AnyDefinition, { inner: unknown }>,
  layer: Layer,
  input: Shape,
  place: LayerPlace,
): Result<ShapedLayer, ShapeProblem> {
  const inner: Record<string, readonly ShapedLayer[]> = {}
  for (const { list, layers } of innerLayers(layer)) {
    const shaped = inferShapes(layers, input, [...place, layer.kind, list])
    if (!shaped.ok) return shaped
    inner[list] = shaped.value
  }
  const outputs = Object.fromEntries(Object.entries(inner).map(([list, shaped]) => [list, shaped.at(-1)?.output ?? input]))
  const output = definition.outputShape(layer, outputs)
  if (!output.ok) return err({ place, ...output.error })
  const parameters = Object.entries(inner).flatMap(([list, shaped]) =>
    shaped.flatMap((s, i) => s.parameters.map((p) => ({ ...p, name: `${list}.${i}.${s.layer.kind}.${p.name}` }))),
  )
  return ok({ layer, input, output: output.value, parameters, inner })
}

export function parameterCount(shaped: readonly ShapedLayer[]): number {
  return shaped
    .flatMap((s) => s.parameters)
    .filter((p) => p.trainable)
    .reduce((sum, p) => sum + product(p.shape), 0)
}
