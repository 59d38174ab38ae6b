import type { ForwardOptions, Tensor, Tf } from '../types.ts'

/** What a layer is given in one forward pass. */
export interface LayerInput {
  /** [batch, ...input shape]. */
  readonly x: Tensor
  /** Trainable tensors of this layer, in the order of `parametersOf`. */
  readonly weights: readonly Tensor[]
  /** Running statistics of this layer, in the same order. */
  readonly statistics: readonly Tensor[]
  readonly options: ForwardOptions
}

export interface LayerOutput {
  readonly outputs: Tensor
  readonly statistics: readonly Tensor[]
}

/** One layer as a pure function; nothing in it may read a tensor's values, or a step could not be traced into a graph. */
export type LayerFunction = (input: LayerInput) => LayerOutput

/** A layer without running statistics. */
export function stateless(apply: (x: Tensor, weights: readonly Tensor[], options: ForwardOptions) => Tensor): LayerFunction {
  return ({ x, weights, statistics, options }) => ({ outputs: apply(x, weights, options), statistics })
}

/** The weight at a position that `parametersOf` promises. */
export function weightAt(weights: readonly Tensor[], index: number): Tensor {
  const weight = weights[index]
  if (!weight) throw new Error(`a layer misses weight ${index} of ${weights.length}`)
  return weight
}

/** Adds the bias that stands at `index`, if the layer has one. */
export function withBias(tf: Tf, x: Tensor, weights: readonly Tensor[], useBias: boolean, index: number): Tensor {
  return useBias ? tf.add(x, weightAt(weights, index)) : x
}
