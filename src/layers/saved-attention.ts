import type { KerasModel, KerasVariable, Node, OnnxGraph, SavedStep, SavedTensor } from './saved.ts'
import { onnxBias, savedAt } from './saved.ts'

/** What multi-head attention is written from; its kernels lie as `multi-head-attention.ts` says. */
export interface Attention {
  readonly numHeads: number
  readonly keyDim: number
  readonly useBias: boolean
  /** Null means the dropout lever. */
  readonly dropout: number | null
}

/** A score this far below the others gets a share of exactly 0, while equal ones among themselves stay finite. */
export const farBelow = 1e9

/** Attention as nodes of ONNX: products, softmax and transpositions. */
export function onnxAttention(graph: OnnxGraph, { numHeads, keyDim, useBias }: Attention, step: SavedStep): Node {
  const { x, input, weights, mask } = step
  const [steps = 1] = input
  const second = useBias ? 2 : 1
  const product = graph.node('MatMul', [x, graph.weight(savedAt(weights, 0))])
  const projected = onnxBias(graph, product, step, useBias, 1)
  const split = graph.node('Reshape', [projected, graph.integers([-1, steps, 3, numHeads, keyDim])])
  const apart = graph.node('Transpose', [split], { perm: { ints: [2, 0, 3, 1, 4] } })
  const part = (index: number): Node => graph.node('Gather', [apart, graph.integer(index)], { axis: { int: 0 } })
  const queries = graph.node('Mul', [part(0), graph.float(1 / Math.sqrt(keyDim))])
  const keys = graph.node('Transpose', [part(1)], { perm: { ints: [0, 1, 3, 2] } })
  const scores = graph.node('MatMul', [queries, keys])
  const shares = graph.node('Softmax', [mask === null ? scores : masked(graph, scores, mask)], { axis: { int: -1 } })
  const attended = graph.node('Transpose', [graph.node('MatMul', [shares, part(2)])], { perm: { ints: [0, 2, 1, 3] } })
  const rows = graph.node('Reshape', [attended, graph.integers([-1, steps, numHeads * keyDim])])
  const mixed = graph.node('MatMul', [rows, graph.weight(savedAt(weights, second))])
  return onnxBias(graph, mixed, step, useBias, second + 1)
}

/** The mask is [batch, steps]; padding as a key loses its score. */
function masked(graph: OnnxGraph, scores: Node, mask: Node): Node {
  const penalty = graph.node('Mul', [graph.node('Sub', [mask, graph.float(1)]), graph.float(farBelow)])
  return graph.node('Add', [scores, graph.node('Unsqueeze', [penalty, graph.integers([1, 2])])])
}

/** Attention as Keras has it: three kernels [features, heads, keyDim], and one [heads, keyDim, features]. */
export function kerasAttention(model: KerasModel, layer: Attention, step: SavedStep): Node {
  const { numHeads, keyDim, useBias, dropout } = layer
  const { x, input, output, weights } = step
  const features = input[1] ?? 0
  const [projection, mixing] = [savedAt(weights, 0), savedAt(weights, useBias ? 2 : 1)]
  const part = (index: number): KerasVariable[] => [
    { shape: [features, numHeads, keyDim], values: columns(projection, index, numHeads * keyDim) },
    ...(useBias ? [{ shape: [numHeads, keyDim], values: columns(savedAt(weights, 1), index, numHeads * keyDim) }] : []),
  ]
  const config = { num_heads: numHeads, key_dim: keyDim, use_bias: useBias, dropout: dropout ?? step.dropout }
  return model.layer('MultiHeadAttention', config, {
    inputs: [x, x],
    output,
    inner: {
      query_dense: part(0),
      key_dense: part(1),
      value_dense: part(2),
      output_dense: [
        { shape: [numHeads, keyDim, features], values: mixing.values },
        ...(useBias ? [{ shape: [features], values: savedAt(weights, 3).values }] : []),
      ],
    },
  })
}

/** The columns of one of the three parts that lie side by side in the last dimension, each `width` wide. */
function columns({ values }: SavedTensor, index: number, width: number): Float32Array {
  const rows = values.length / (3 * width)
  const own = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const from = (3 * row + index) * width
    own.set(values.subarray(from, from + width), row * width)
  }
  return own
}
