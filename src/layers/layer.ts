import type { Layer as SpecLayer } from '../dsl/tuning.gen.ts'
import type { AnyDefinition, AnyLayer, DataSizes } from './definition.ts'
import { layerOf, type layerDefinitions } from './index.ts'

type Definition = (typeof layerDefinitions)[number]
type ResolvedBy<D> = D extends AnyDefinition ? Parameters<D['outputShape']>[0] : never
type NormalizedBy<D> = D extends AnyDefinition ? ReturnType<D['normalize']> : never

/**
 * A layer whose lists contain layers of the union `Of['layer']`. An interface holds the union, so that it can refer to
 * itself.
 */
type Closed<L, Of extends { readonly layer: AnyLayer }> = L extends AnyLayer
  ? { readonly [K in keyof L]: L[K] extends readonly AnyLayer[] ? readonly Of['layer'][] : L[K] }
  : never

interface OfLayer {
  readonly layer: Layer
}

interface OfNormalized {
  readonly layer: NormalizedLayer
}

/**
 * One layer with every argument explicit. Names, arguments and defaults are those of tfjs-layers (and so of Keras), with two
 * additions: a null dropout rate means the dropout lever, and lists of layers nest.
 */
export type Layer = Closed<ResolvedBy<Definition>, OfLayer>
/** The same before the data are known: `classes` becomes the number of classes, or 1 for regression. */
export type NormalizedLayer = Closed<NormalizedBy<Definition>, OfNormalized>

export type LayerKind = Layer['kind']
export type LayerOf<K extends LayerKind> = Extract<Layer, { kind: K }>

/** A name alone, or one name with arguments. The schema allows exactly one name per layer. */
export function normalizeLayer(layer: SpecLayer): NormalizedLayer {
  const [kind, written] = typeof layer === 'string' ? [layer, {}] : (Object.entries(layer)[0] ?? ['', undefined])
  if (written === undefined) throw new Error(`the layer has no arguments for ${kind}`)
  // The registry says which layer belongs to the kind. The compiler cannot follow a lookup by name.
  return layerOf(kind).normalize(written, normalizeLayer) as NormalizedLayer
}

/** Fills in what only the data determine. */
export function resolveLayer(layer: NormalizedLayer, data: DataSizes): Layer {
  const resolve = (one: AnyLayer): AnyLayer => layerOf(one.kind).resolve?.(one, data, resolve) ?? one
  // As above: `resolve` of a definition turns its normalized layer into its layer.
  return resolve(layer) as Layer
}

/** A layer in one line, such as `conv2d 16 filters 3×3, relu`; arguments that keep their usual value are omitted. */
export const describeLayer = (layer: AnyLayer): string => layerOf(layer.kind).words(layer, describeLayer)

/** Position in a list of layers, or the path into a nested one as in the spec: `[2, 'residual', 'layers', 0]`. */
export type LayerPlace = readonly (number | string)[]

/** The lists of layers inside a layer, by name; most have none. */
export function innerLayers<L extends AnyLayer>(layer: L): { readonly list: string; readonly layers: readonly L[] }[] {
  const definition = layerOf(layer.kind)
  if (!('inner' in definition)) return []
  // A list contains layers of the union that its owner belongs to. `Closed` says so; the definition does not know the union.
  return Object.entries(definition.inner(layer)).map(([list, layers]) => ({ list, layers: layers as readonly L[] }))
}

/** All layers of a list and of the lists within, each before its inner layers, with their places. */
export function placedLayers<L extends AnyLayer>(
  layers: readonly L[],
  within: LayerPlace = [],
): { readonly layer: L; readonly place: LayerPlace }[] {
  return layers.flatMap((layer, position) => {
    const place = [...within, position]
    const inside = innerLayers(layer).flatMap((inner) => placedLayers(inner.layers, [...place, layer.kind, inner.list]))
    return [{ layer, place }, ...inside]
  })
}

export const everyLayer = <L extends AnyLayer>(layers: readonly L[]): L[] => placedLayers(layers).map(({ layer }) => layer)

/** Whether the dropout lever has any effect: a layer leaves its rate to it. */
export const hasDropoutLever = (layers: readonly NormalizedLayer[]): boolean =>
  everyLayer(layers).some((layer) => layerOf(layer.kind).followsDropoutLever?.(layer) ?? false)
