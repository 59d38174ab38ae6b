import type { Result } from '../base/result.ts'
import type { Layer as SpecLayer } from '../dsl/tuning.gen.ts'
import type { FusedOps, LayerFunction, Tf } from './forward.ts'

/**
 * What a layer is. Every layer is one entry of `index.ts`; whoever normalizes, checks, builds or describes layers asks its
 * definition. A layer without lists of layers inside is a `LayerDefinition`, one with such lists a `NestedDefinition`.
 *
 * @typeParam L the layer with every argument explicit
 * @typeParam N the same as the spec says it, before the data are known; differs from L where only the data tell an argument
 * @typeParam A its arguments in the spec
 */
interface Definition<L extends AnyLayer, N extends AnyLayer, A> {
  /** Its name in the spec, in the names of weights and in reports. It never changes: initial weights depend on it. */
  readonly kind: L['kind']
  /** Its part of the JSON Schema, which `npm run generate` composes into `schema/tuning.schema.json`. */
  readonly schema: LayerSchema
  /**
   * Fills in every argument that the spec leaves out. Defaults are those of tfjs-layers; they stand in the schema too, and a
   * test holds the two equal. `inner` normalizes a layer of a list inside.
   */
  normalize(written: A, inner: (layer: SpecLayer) => AnyLayer): N
  /** Replaces what only the data tell; absent where there is nothing of the kind. `inner` does it for a layer of a list inside. */
  resolve?(layer: N, data: DataSizes, inner: (layer: AnyLayer) => AnyLayer): L
  /**
   * Says the layer in one line of a report, as `conv2d 16 filters 3×3, relu`. Arguments that keep their usual value are left
   * out. `describe` says a layer of a list inside.
   */
  words(layer: L, describe: (layer: AnyLayer) => string): string
  /** Whether the dropout lever sets a rate of this layer; absent where it never does. */
  followsDropoutLever?(layer: N): boolean
  /**
   * Present where the layer reads whole numbers, as an embedding does. No layer gives such numbers, so it must be the first;
   * this sentence is the error where it is not.
   */
  readonly readsWholeNumbers?: string
}

export interface LayerDefinition<L extends AnyLayer, N extends AnyLayer = L, A = ArgumentsOf<L['kind']>> extends Definition<L, N, A> {
  /** Sizes of the output for one example, or why the layer cannot take the input. */
  outputShape(layer: L, input: Shape): Result<Shape, Misfit>
  /** The tensors that it owns, in the order in which they are initialized and saved. The input is one that `outputShape` took. */
  parameters(layer: L, input: Shape): readonly Parameter[]
  /**
   * Makes the function that applies the layer. It is called once a model; what it returns is called in every step, with the
   * tensors of `parameters`: the trainable ones as weights, the others as statistics.
   */
  forward(tf: Tf, layer: L, context: ForwardContext): LayerFunction
  /** Present where the layer, standing first, can be given patches of the images in place of the images. */
  readonly columns?: ColumnsDefinition<L>
}

/**
 * A layer that holds lists of layers, all fed its own input. It has no tensors of its own: those of the lists are its own.
 *
 * @typeParam List the names of the lists
 */
export interface NestedDefinition<L extends AnyLayer, List extends string, A = ArgumentsOf<L['kind']>> extends Definition<L, L, A> {
  /** The lists by name, in the order in which their weights are saved. */
  inner(layer: L): Readonly<Record<List, readonly AnyLayer[]>>
  /** Sizes of the output from those of each list (an empty list gives its input), or why they do not go together. */
  outputShape(layer: L, outputs: Readonly<Record<List, Shape>>): Result<Shape, Misfit>
  /** As that of other layers. Its weights are those of the first list, then those of the second, and so on. */
  forward(tf: Tf, layer: L, chains: Readonly<Record<List, InnerChain>>): LayerFunction
}

/** What the JSON Schema says of a layer. Editors show it, and the reference of the spec is made of it. */
export interface LayerSchema {
  /** What the layer does, in one sentence. */
  readonly summary: string
  readonly arguments: ArgumentsSchema
  /** Arguments that an editor fills in, and that the spec accepts. */
  readonly example: JsonObject
  /** Present where the name alone is a layer. Error messages list first those that are `usual`ly written so. */
  readonly bare?: 'usual' | 'possible'
}

export interface ArgumentsSchema {
  /** Name under `$defs`; absent: the layer's. Layers with the same arguments share one. */
  readonly name?: string
  /** Absent: the layer's name. */
  readonly title?: string
  /** Absent: "Arguments of" the layer. */
  readonly description?: string
  readonly required?: readonly string[]
  /** Absent where the layer takes no arguments. */
  readonly properties?: Readonly<Record<string, JsonObject>>
}

export interface JsonObject {
  readonly [key: string]: unknown
}

/** Of layers that take no arguments. */
export const noArguments: ArgumentsSchema = {
  name: 'noArguments', title: 'No arguments', description: 'The layer takes none.',
}

/** A definition whose layer is not known to the compiler. */
export type AnyDefinition = LayerDefinition<AnyLayer, AnyLayer, unknown> | NestedDefinition<AnyLayer, string, unknown>

export interface AnyLayer {
  readonly kind: string
}

type SpecArguments = Exclude<SpecLayer, string>
/** The arguments of a layer as the spec's schema has them. */
export type ArgumentsOf<K extends string> = K extends keyof SpecArguments ? NonNullable<SpecArguments[K]> : never

/** What the data say that a layer may ask for by name. */
export interface DataSizes {
  /** The number of classes; 1 for regression. */
  readonly classes: number
}

/** Where a layer stands and what the engine offers, for the function that it makes. */
export interface ForwardContext {
  /** Tells the layers of a model apart that draw random numbers. */
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
  /** The window that makes a patch. */
  window(layer: L): Window
  /** The same layer over columns in place of images, with the same weights. */
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

/** Why a layer cannot take what the layers before it give. */
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
  /** Whether weight decay applies: on kernels and embeddings, never on biases and norms. */
  readonly decay: boolean
}

export type Initializer =
  | { readonly kind: 'zeros' | 'ones' }
  /** Uniform within ±√(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010; the default of Keras). */
  | { readonly kind: 'glorot-uniform'; readonly fanIn: number; readonly fanOut: number }
  /** Uniform within ±limit (the default of Keras embeddings is 0.05). */
  | { readonly kind: 'uniform'; readonly limit: number }
