import type { Result } from '../base/result.ts'
import type { Layer as SpecLayer } from '../dsl/tuning.gen.ts'
import type { FusedOps, LayerFunction, Tf } from './forward.ts'
import type { SavedLayer, SavedNested } from './saved.ts'

/**
 * A layer. Every layer is one entry of `index.ts`. Code that normalizes, checks, builds or describes layers uses its
 * definition. A layer without inner lists of layers is a `LayerDefinition`, one with such lists a `NestedDefinition`.
 *
 * @typeParam L the layer with every argument explicit
 * @typeParam N the layer in the spec, before the data are known; differs from L only if the data determine an argument
 * @typeParam A its arguments in the spec
 */
interface Definition<L extends AnyLayer, N extends AnyLayer, A> {
  /** The name in the spec, in the names of weights and in reports. It never changes: initial weights depend on it. */
  readonly kind: L['kind']
  /** Its part of the JSON Schema. `npm run generate` composes it into `schema/tuning.schema.json`. */
  readonly schema: LayerSchema
  /**
   * Fills in every argument that the spec omits. Defaults are those of tfjs-layers. The schema states them too, and a test
   * checks that the two are equal. `inner` normalizes a layer of an inner list.
   */
  normalize(written: A, inner: (layer: SpecLayer) => AnyLayer): N
  /**
   * Replaces what only the data determine; absent if there is nothing to replace. `inner` does it for a layer of an inner
   * list.
   */
  resolve?(layer: N, data: DataSizes, inner: (layer: AnyLayer) => AnyLayer): L
  /**
   * Describes the layer in one line of a report, such as `conv2d 16 filters 3×3, relu`. It omits arguments that keep their
   * usual value. `describe` describes a layer of an inner list.
   */
  words(layer: L, describe: (layer: AnyLayer) => string): string
  /** Whether the dropout lever sets a rate of this layer; absent if it never does. */
  followsDropoutLever?(layer: N): boolean
  /**
   * Present if the layer reads integers, as an embedding does. No layer outputs integers, so it must be the first. This
   * sentence is the error if it is not.
   */
  readonly readsWholeNumbers?: string
  /** Beside `readsWholeNumbers`: it takes whole numbers below this, or as many as the vocabulary of the text has. */
  wholeNumbers?(layer: N): number | 'vocabulary'
  /** Beside `readsWholeNumbers`: it passes on the inputs behind the whole numbers, which need not be whole. */
  readonly passesColumns?: true
}

export interface LayerDefinition<L extends AnyLayer, N extends AnyLayer = L, A = ArgumentsOf<L['kind']>>
  extends Definition<L, N, A> {
  /** Sizes of the output for one example, or why the layer cannot take the input. */
  outputShape(layer: L, input: Shape): Result<Shape, Misfit>
  /**
   * The tensors that it owns, in the order in which they are initialized and saved. `outputShape` has accepted the input.
   */
  parameters(layer: L, input: Shape): readonly Parameter[]
  /**
   * Creates the function that applies the layer. It is called once per model; the returned function is called in every step,
   * with the tensors of `parameters`: the trainable ones as weights, the others as statistics.
   */
  forward(tf: Tf, layer: L, context: ForwardContext): LayerFunction
  /** How a trained layer is written to the files of a saved model. */
  readonly saved: SavedLayer<L>
  /** Present if the layer, as the first one, can take patches of the images instead of the images. */
  readonly columns?: ColumnsDefinition<L>
}

/**
 * A layer with lists of layers that all receive its own input. It has no tensors besides those of the lists.
 *
 * @typeParam List the names of the lists
 */
export interface NestedDefinition<L extends AnyLayer, List extends string, A = ArgumentsOf<L['kind']>>
  extends Definition<L, L, A> {
  /** The lists by name, in the order in which their weights are saved. */
  inner(layer: L): Readonly<Record<List, readonly AnyLayer[]>>
  /** Sizes of the output from those of each list (an empty list returns its input), or why they do not fit together. */
  outputShape(layer: L, outputs: Readonly<Record<List, Shape>>): Result<Shape, Misfit>
  /** The same as for other layers. Its weights are those of the first list, then those of the second, and so on. */
  forward(tf: Tf, layer: L, chains: Readonly<Record<List, InnerChain>>): LayerFunction
  readonly saved: SavedNested<L, List>
}

/** What the JSON Schema says about a layer. Editors show it, and the spec reference is generated from it. */
export interface LayerSchema {
  /** What the layer does, in one sentence. */
  readonly summary: string
  readonly arguments: ArgumentsSchema
  /** Arguments that an editor inserts and that the spec accepts. */
  readonly example: JsonObject
  /** Present if the name alone is a layer. Error messages first list those that are `usual`ly written this way. */
  readonly bare?: 'usual' | 'possible'
}

export interface ArgumentsSchema {
  /** Name under `$defs`; if absent, the layer's. Layers with the same arguments share one. */
  readonly name?: string
  /** If absent, the layer's name. */
  readonly title?: string
  /** If absent, "Arguments of" the layer. */
  readonly description?: string
  readonly required?: readonly string[]
  /** Absent if the layer takes no arguments. */
  readonly properties?: Readonly<Record<string, JsonObject>>
}

export interface JsonObject {
  readonly [key: string]: unknown
}

/** For layers that take no arguments. */
export const noArguments: ArgumentsSchema = {
  name: 'noArguments',
  title: 'No arguments',
  description: 'This layer takes no arguments.',
}

/** A definition whose layer type is unknown to the compiler. */
export type AnyDefinition = LayerDefinition<AnyLayer, AnyLayer, unknown> | NestedDefinition<AnyLayer, string, unknown>

export interface AnyLayer {
  readonly kind: string
}

type SpecArguments = Exclude<SpecLayer, string>
/** The arguments of a layer in the spec's schema. */
export type ArgumentsOf<K extends string> = K extends keyof SpecArguments ? NonNullable<SpecArguments[K]> : never

/** Facts about the data that a layer may refer to by name. */
export interface DataSizes {
  /** The number of classes; 1 for regression. */
  readonly classes: number
  /** The number of token ids of a text column; undefined if the inputs are no text. */
  readonly vocabulary?: number | undefined
  /** How many inputs, from the first, are token ids of a text column; undefined if all are, or none is. */
  readonly tokens?: number | undefined
}

/** The place of a layer and the engine's operations, for the function that it creates. */
export interface ForwardContext {
  /** Distinguishes the layers of a model that draw random numbers. */
  readonly site: number
  /** Operations that the engine has natively. */
  readonly fused?: FusedOps | undefined
}

/** A list of layers as one function, and how many tensors of each kind it takes. */
export interface InnerChain {
  readonly apply: LayerFunction
  readonly weights: number
  readonly statistics: number
}

/** How a layer reads images whose patches are spread out: [batch, rows, columns, height · width · channels]. */
export interface ColumnsDefinition<L> {
  /** The window that produces a patch. */
  window(layer: L): Window
  /** The same layer on columns instead of images, with the same weights. */
  forward(tf: Tf, layer: L): LayerFunction
}

export interface Window extends Windowed {
  readonly kernelSize: Pair
}

export interface Windowed {
  readonly strides: Pair
  /** `same` pads with zeros so that only strides shrink the image. */
  readonly padding: 'valid' | 'same'
}

export type Pair = readonly [height: number, width: number]

/** Sizes of one example, without the batch dimension: `[8, 8, 1]`, channels last. */
export type Shape = readonly number[]

export function product(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1)
}

/** Why a layer cannot take the output of the layers before it. */
export interface Misfit {
  readonly message: string
  readonly found: string
  readonly allowed: string
  readonly hint?: string
}

export function misfit({ kind }: AnyLayer, input: Shape, allowed: string): Misfit {
  return { message: `layer ${kind} does not fit the shape before it`, found: `[${input.join(', ')}]`, allowed }
}

/** One tensor that a layer owns. */
export interface Parameter {
  /** Unique within the layer: `kernel`, `bias`, `gamma`, `movingMean`. */
  readonly name: string
  readonly shape: Shape
  readonly initializer: Initializer
  /** False for the running statistics of batch normalization, which no gradient reaches. */
  readonly trainable: boolean
  /** Whether weight decay applies: to kernels and embeddings, never to biases and norms. */
  readonly decay: boolean
}

export type Initializer =
  | { readonly kind: 'zeros' | 'ones' }
  /** Uniform within ±√(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010; the default of Keras). */
  | { readonly kind: 'glorot-uniform'; readonly fanIn: number; readonly fanOut: number }
  /** Uniform within ±limit (the default of Keras embeddings is 0.05). */
  | { readonly kind: 'uniform'; readonly limit: number }
