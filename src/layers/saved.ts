type Sizes = readonly number[]

/** A value in the graph of a file: what a node returns. */
export type Node = string

/** One tensor of a trained layer. */
export interface SavedTensor {
  /** Its name in the model, such as `0.dense.kernel`. */
  readonly name: string
  readonly shape: Sizes
  /** Row-major. */
  readonly values: Float32Array
}

/** What a layer is written with. */
export interface SavedStep {
  readonly x: Node
  /** Sizes of one example before and after the layer. */
  readonly input: Sizes
  readonly output: Sizes
  /** The tensors of `parameters`, as in a forward pass. */
  readonly weights: readonly SavedTensor[]
  readonly statistics: readonly SavedTensor[]
  /**
   * [batch, steps] with 0 for padding; null if every step counts. Steps have 1 in ONNX. In Keras, which masks by itself, they
   * have their token ids.
   */
  readonly mask: Node | null
  /** Rate of dropout layers without their own rate. */
  readonly dropout: number
}

/** Like `LayerOutput`: the value, and the mask if the layer creates it. */
export type SavedOutput = Node | { readonly outputs: Node; readonly mask: Node }

/** How a layer is written to the files of a saved model, one function a format. Each may throw `Unsavable`. */
export interface SavedLayer<L> {
  /** As nodes of ONNX's operator set, version 17, that give the numbers of inference. */
  onnx(graph: OnnxGraph, layer: L, step: SavedStep): SavedOutput
  /** As layers of Keras 3. */
  keras(model: KerasModel, layer: L, step: SavedStep): SavedOutput
}

/** The same for a layer with lists of layers: `outputs` has what each list returns for the layer's input. */
export interface SavedNested<L, List extends string> {
  onnx(graph: OnnxGraph, layer: L, outputs: Readonly<Record<List, Node>>, step: SavedStep): Node
  keras(model: KerasModel, layer: L, outputs: Readonly<Record<List, Node>>, step: SavedStep): Node
}

/** A format that cannot hold a layer. The message is a clause: `Keras has no layer that …`. */
export class Unsavable extends Error {
  /** The layer, once it is known. */
  readonly layer: { readonly kind: string } | null
  constructor(message: string, layer: { readonly kind: string } | null = null) {
    super(message)
    this.layer = layer
  }
}

/** A graph of ONNX operators while it is written. */
export interface OnnxGraph {
  /** Adds a node with one output. */
  node(operator: string, inputs: readonly Node[], attributes?: Readonly<Record<string, OnnxAttribute>>): Node
  /** A tensor of the model, which keeps its name and its shape. */
  weight(tensor: SavedTensor): Node
  /** A constant vector of whole numbers, as shapes and axes are given. */
  integers(values: readonly number[]): Node
  /** A constant whole number without dimensions. */
  integer(value: number): Node
  /** A constant float without dimensions. */
  float(value: number): Node
}

export type OnnxAttribute = { readonly int: number } | { readonly ints: readonly number[] } | { readonly float: number }

/** A functional model of Keras while it is written. */
export interface KerasModel {
  /**
   * Adds a layer of `keras.layers` that is called with these inputs.
   *
   * @param config its arguments, with the names of Keras
   * @param output sizes of one example of the output
   */
  layer(className: string, config: Readonly<Record<string, unknown>>, call: KerasCall): Node
}

export interface KerasCall {
  readonly inputs: readonly Node[]
  /** Whether the inputs are one list, as in `Add()([a, b])`. */
  readonly asList?: boolean
  readonly output: Sizes
  /** The layer's variables in Keras' order, or those of layers within it, by attribute. */
  readonly variables?: readonly KerasVariable[]
  readonly inner?: Readonly<Record<string, readonly KerasVariable[]>>
}

export interface KerasVariable {
  readonly shape: Sizes
  readonly values: Float32Array
}

/** The tensor at a position that `parameters` promises. */
export function savedAt(tensors: readonly SavedTensor[], index: number): SavedTensor {
  const tensor = tensors[index]
  if (!tensor) throw new Error(`a layer is missing tensor ${index} of ${tensors.length}`)
  return tensor
}

/** x plus the bias at `index`, if the layer has one. */
export function onnxBias(graph: OnnxGraph, x: Node, { weights }: SavedStep, useBias: boolean, index: number): Node {
  return useBias ? graph.node('Add', [x, graph.weight(savedAt(weights, index))]) : x
}
