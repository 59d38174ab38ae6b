import type * as tfjs from '@tensorflow/tfjs-core'

/** The tensor library as a value. Only the engines import a backend; all other code receives this. */
export type Tf = typeof tfjs
export type Tensor = tfjs.Tensor

/**
 * Operations with their own gradient that an engine may have natively. They give the same numbers as the chains that they
 * replace.
 */
export interface FusedOps {
  /** The same as `softmaxCrossEntropy` in loss.ts. */
  softmaxCrossEntropy(targets: Tensor, logits: Tensor): Tensor
  /** Over all dimensions but the last; mean and biased variance of the batch. No gradient flows through them. */
  batchNormalization(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    epsilon: number,
  ): { readonly outputs: Tensor; readonly mean: Tensor; readonly variance: Tensor }
}

/** Random numbers inside a step, drawn so that (stream, step) alone determines them. */
export interface StepRandom {
  /** 1 / (1 − rate) with probability 1 − rate, else 0; `site` distinguishes the dropout layers of one model. */
  dropoutMask(site: number, shape: readonly number[], rate: number): Tensor
}

export interface ForwardOptions {
  readonly training: boolean
  /** Rate of dropout layers without their own rate. */
  readonly dropout: number
  /** Present when training. */
  readonly random: StepRandom | null
}

/** Thrown for what cannot become part of a graph, such as a layer that reads values during its computation. */
export class NotTraceable extends Error {}

/** What a layer receives in one forward pass. */
export interface LayerInput {
  /** [batch, ...input shape]. */
  readonly x: Tensor
  /** Trainable tensors of this layer, in the order of `parametersOf`. */
  readonly weights: readonly Tensor[]
  /** Running statistics of this layer, in the same order. */
  readonly statistics: readonly Tensor[]
  readonly options: ForwardOptions
  /** [batch, steps] with 1 for a step and 0 for padding; null if every step counts. */
  readonly mask: Tensor | null
}

export interface LayerOutput {
  readonly outputs: Tensor
  readonly statistics: readonly Tensor[]
  /** Present if the layer creates the mask. Any other layer leaves the mask as it is. */
  readonly mask?: Tensor | null
}

/** One layer as a pure function. It must not read a tensor's values, or a step could not be traced into a graph. */
export type LayerFunction = (input: LayerInput) => LayerOutput

/** A layer without running statistics. */
export function stateless(
  apply: (x: Tensor, weights: readonly Tensor[], options: ForwardOptions, mask: Tensor | null) => Tensor,
): LayerFunction {
  return ({ x, weights, statistics, options, mask }) => ({ outputs: apply(x, weights, options, mask), statistics })
}

/** The weight at a position that `parametersOf` promises. */
export function weightAt(weights: readonly Tensor[], index: number): Tensor {
  const weight = weights[index]
  if (!weight) throw new Error(`a layer is missing weight ${index} of ${weights.length}`)
  return weight
}

/** Adds the bias at `index`, if the layer has one. */
export function withBias(tf: Tf, x: Tensor, weights: readonly Tensor[], useBias: boolean, index: number): Tensor {
  return useBias ? tf.add(x, weightAt(weights, index)) : x
}

/**
 * The factor for `x`, or null if nothing is dropped. A null rate means the lever; `site` distinguishes the layers of a model
 * that drop values.
 */
export function dropoutMask(
  x: Tensor,
  own: number | null,
  site: number,
  { training, dropout: lever, random }: ForwardOptions,
): Tensor | null {
  const rate = own ?? lever
  if (!training || rate === 0) return null
  if (!random) throw new Error('dropout needs random numbers during training')
  return random.dropoutMask(site, x.shape, rate)
}
