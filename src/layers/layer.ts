/** Sizes of one example, without the batch dimension: `[8, 8, 1]`, channels last. */
export type Shape = readonly number[]

export const activationNames = ['linear', 'relu', 'relu6', 'elu', 'selu', 'gelu', 'swish', 'tanh', 'sigmoid', 'softplus'] as const
export type Activation = (typeof activationNames)[number]

export type Pair = readonly [height: number, width: number]
export type Padding = 'valid' | 'same'

interface Windowed {
  readonly strides: Pair
  readonly padding: Padding
}

/**
 * One layer with every argument explicit. Names, arguments and defaults are those of tfjs-layers (and so of Keras), with two
 * additions: a dropout rate of null is the dropout lever, and lists of layers nest by `residual`.
 */
export type Layer =
  | ({ readonly kind: 'conv2d'; readonly filters: number; readonly kernelSize: Pair; readonly activation: Activation; readonly useBias: boolean } & Windowed)
  | ({ readonly kind: 'depthwiseConv2d'; readonly depthMultiplier: number; readonly kernelSize: Pair; readonly activation: Activation; readonly useBias: boolean } & Windowed)
  | ({ readonly kind: 'separableConv2d'; readonly filters: number; readonly depthMultiplier: number; readonly kernelSize: Pair; readonly activation: Activation; readonly useBias: boolean } & Windowed)
  | ({ readonly kind: 'maxPooling2d'; readonly poolSize: Pair } & Windowed)
  | ({ readonly kind: 'averagePooling2d'; readonly poolSize: Pair } & Windowed)
  | { readonly kind: 'globalAveragePooling2d' }
  | { readonly kind: 'globalMaxPooling2d' }
  | { readonly kind: 'globalAveragePooling1d' }
  | { readonly kind: 'flatten' }
  | { readonly kind: 'dense'; readonly units: number; readonly activation: Activation; readonly useBias: boolean }
  | { readonly kind: 'dropout'; readonly rate: number | null }
  | { readonly kind: 'batchNormalization'; readonly momentum: number; readonly epsilon: number }
  | { readonly kind: 'layerNormalization'; readonly epsilon: number }
  | { readonly kind: 'embedding'; readonly inputDim: number; readonly outputDim: number }
  | { readonly kind: 'positionEmbedding' }
  | { readonly kind: 'multiHeadAttention'; readonly numHeads: number; readonly keyDim: number; readonly useBias: boolean; readonly dropout: number | null }
  | { readonly kind: 'activation'; readonly activation: Activation }
  | Residual<Layer>

/** What comes out of `layers` plus what comes out of `shortcut`, both fed the same; an empty shortcut hands its input on. */
export interface Residual<L> {
  readonly kind: 'residual'
  readonly layers: readonly L[]
  readonly shortcut: readonly L[]
}

/** `classes` becomes the number of classes, or 1 for regression, when the data are known. */
export type NormalizedLayer = Exclude<Layer, { kind: 'dense' | 'residual' }> | NormalizedDense | Residual<NormalizedLayer>
export type NormalizedDense = Omit<LayerOf<'dense'>, 'units'> & { readonly units: number | 'classes' }

/** The lists that a residual is made of, in the order in which their weights are saved. */
export const residualLists = ['layers', 'shortcut'] as const

export type LayerKind = Layer['kind']
export type LayerOf<K extends LayerKind> = Extract<Layer, { kind: K }>

/** Position in a list of layers, or the way into a nested one: `[2, 'residual', 'layers', 0]`, as the spec writes it. */
export type LayerPlace = readonly (number | string)[]

/** All layers of a list and of the lists within, each before those that it holds, with their places. */
export function placedLayers<L extends { readonly kind: string }>(
  layers: readonly L[], within: LayerPlace = [],
): { readonly layer: L; readonly place: LayerPlace }[] {
  return layers.flatMap((layer, position) => {
    const place = [...within, position]
    if (!isResidual(layer)) return [{ layer, place }]
    return [{ layer, place }, ...residualLists.flatMap((list) => placedLayers<L>(layer[list], [...place, 'residual', list]))]
  })
}

export const everyLayer = <L extends { readonly kind: string }>(layers: readonly L[]): L[] =>
  placedLayers(layers).map(({ layer }) => layer)

const isResidual = <L extends { readonly kind: string }>(layer: L): layer is L & Residual<L> => layer.kind === 'residual'

export type Initializer =
  | { readonly kind: 'zeros' | 'ones' }
  /** Uniform within ±√(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010; the default of Keras). */
  | { readonly kind: 'glorot-uniform'; readonly fanIn: number; readonly fanOut: number }
  /** Uniform within ±limit (the default of Keras embeddings is 0.05). */
  | { readonly kind: 'uniform'; readonly limit: number }

/** One tensor that a layer owns. */
export interface Parameter {
  /** Unique within the layer: `kernel`, `bias`, `gamma`, `movingMean`. */
  readonly name: string
  readonly shape: readonly number[]
  readonly initializer: Initializer
  /** False for the running statistics of batch normalization, which no gradient reaches. */
  readonly trainable: boolean
  /** Whether weight decay applies: on kernels and embeddings, never on biases and norms. */
  readonly decay: boolean
}
