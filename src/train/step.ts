import { unreachable } from '../base/result.ts'
import type { Levers } from '../records/levers.ts'
import type { Task } from '../records/metrics.ts'
import { averaged, type Averaging } from './averaging.ts'
import {
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  weightedCrossEntropy,
  weightedSigmoidCrossEntropy,
} from './loss.ts'
import type { Optimizer, OptimizerState } from './optimizer.ts'
import type { ForwardOptions, FusedOps, StepRandom, Tensor, Tf } from '../layers/forward.ts'
import type { Model } from './types.ts'

/** All tensors that a step replaces. */
export interface TrainState extends OptimizerState {
  /** Running statistics of batch normalization. */
  readonly statistics: readonly Tensor[]
  /** Moving averages of weights and statistics, in this order; empty if the run keeps none. */
  readonly averages: readonly Tensor[]
}

export const tensorsOf = ({ weights, slots, statistics, averages }: TrainState): Tensor[] => [
  weights,
  ...slots,
  ...statistics,
  ...averages,
]

/** The state whose tensors these are, in the order of `tensorsOf`, with as many of each kind as another one has. */
export function stateOf([weights, ...others]: readonly Tensor[], { slots, statistics }: TrainState): TrainState {
  if (!weights) throw new Error('a state without weights')
  const moved = slots.length + statistics.length
  return {
    weights,
    slots: others.slice(0, slots.length),
    statistics: others.slice(slots.length, moved),
    averages: others.slice(moved),
  }
}

/** What determines the outputs of a model. */
export type ModelState = Pick<TrainState, 'weights' | 'statistics'>

export const predictors = ({ weights, statistics }: ModelState): Tensor[] => [weights, ...statistics]

const inference: ForwardOptions = { training: false, dropout: 0, random: null }

/** Outputs of a model without dropout, with its running statistics: [rows, width]. */
export const outputsOf = (tf: Tf, model: Model, { weights, statistics }: ModelState, inputs: Tensor): Tensor =>
  model.forward(splitWeights(tf, model, weights), statistics, inputs, inference).outputs

/** One forward pass: [rows, ...shape] and [rows, width]. */
export interface StepBatch {
  readonly inputs: Tensor
  readonly targets: Tensor
  readonly random: StepRandom
}

export interface StepOutcome {
  readonly state: TrainState
  /** Scalars: mean loss over the batches, and the norm of the mean gradient before clipping. */
  readonly loss: Tensor
  readonly norm: Tensor
}

export interface Gradient {
  readonly loss: Tensor
  /** Flat, in the order of the model's parameters. */
  readonly gradient: Tensor
  readonly statistics: readonly Tensor[]
}

/** What stays the same in every step of a run. */
export interface StepSettings {
  readonly model: Model
  readonly optimizer: Optimizer
  readonly task: Task
  readonly levers: Levers
  /** Null if the run keeps no averages. */
  readonly averaging: Averaging | null
  /** Whether rows of class probabilities are multiplied by the weight of their row; omitted if not. */
  readonly weighted?: boolean
  /** How much each label counts where it applies; null or omitted if all count as much as where they do not. */
  readonly labelWeights?: Tensor | null
  readonly fused?: FusedOps | undefined
}

/** The scalars of a step, counted from 0: those of the optimizer, and the share of the average if there is one. */
export function coefficientsOf({ optimizer, averaging }: StepSettings, step: number, rate: number): readonly number[] {
  return [...optimizer.coefficients(step, rate), ...(averaging ? [averaging.share(step)] : [])]
}

/**
 * One optimizer update as a pure function of tensors: gradient of each batch, their mean, its norm, clipping, update.
 * Nothing is read back and no number is drawn in JavaScript, so an engine can record it once and run it many times. Wrap it
 * in tidy.
 */
export function trainStep(
  tf: Tf,
  settings: StepSettings,
  state: TrainState,
  batches: readonly StepBatch[],
  coefficients: readonly Tensor[],
): StepOutcome {
  const passes = meanGradient(tf, settings, state, batches)
  const norm = globalNorm(tf, passes.gradient)
  const limit = settings.levers.scheduling.clipNorm
  const gradient = limit === null ? passes.gradient : clipByNorm(tf, passes.gradient, norm, limit)
  const updated = settings.optimizer.update(state, gradient, coefficients)
  const { statistics } = passes
  const averages = settings.averaging
    ? averaged(tf, state.averages, [updated.weights, ...statistics], coefficients.at(-1) as Tensor)
    : []
  return { state: { ...updated, statistics, averages }, loss: passes.loss, norm }
}

/** L2 norm of a flat gradient, as a scalar. */
export function globalNorm(tf: Tf, gradient: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(gradient)))
}

/** Scales a gradient down to `limit` if its norm exceeds it; the same factor as torch.nn.utils.clip_grad_norm_. */
export function clipByNorm(tf: Tf, gradient: Tensor, norm: Tensor, limit: number): Tensor {
  return tf.mul(gradient, tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1))
}

/** Mean loss and gradient over batches of equal size; the statistics pass from one batch to the next. */
function meanGradient(tf: Tf, settings: StepSettings, state: TrainState, batches: readonly StepBatch[]): Gradient {
  const { weights, statistics } = state
  const parameters = splitWeights(tf, settings.model, weights)
  const passes: Gradient[] = []
  for (const batch of batches) {
    const before = passes.at(-1)?.statistics
    passes.push(batchGradient(tf, settings, parameters, before ?? statistics, batch))
    if (before) tf.dispose(before as Tensor[])
  }
  const last = passes.at(-1)
  if (!last) throw new Error('a step needs at least one batch')
  if (passes.length === 1) return last
  return {
    loss: tf.div(tf.addN(passes.map((p) => p.loss)), passes.length),
    gradient: tf.div(tf.addN(passes.map((p) => p.gradient)), passes.length),
    statistics: last.statistics,
  }
}

/** Loss and flat gradient of one batch at the given parameters. */
export function batchGradient(
  tf: Tf,
  settings: StepSettings,
  parameters: readonly Tensor[],
  statistics: readonly Tensor[],
  batch: StepBatch,
): Gradient {
  const { model } = settings
  const options = { training: true, dropout: settings.levers.regularization.dropout, random: batch.random }
  let after: readonly Tensor[] = []
  const loss = (...trainable: Tensor[]): Tensor => {
    const { outputs, statistics: moved } = model.forward(trainable, statistics, batch.inputs, options)
    // The gradient's scope disposes everything that it does not return, so these are moved out of it and the caller owns
    // them.
    after = moved.map((s) => tf.keep(s))
    return lossOf(tf, settings, batch.targets, outputs)
  }
  const { value, grads } = tf.valueAndGrads(loss as (...args: Tensor[]) => never)([...parameters])
  const flat = grads.map((g) => tf.reshape(g, [g.size]))
  return { loss: value, gradient: flat.length === 1 ? (flat[0] as Tensor) : tf.concat(flat as never), statistics: after }
}

/** The loss of the task. */
function lossOf(tf: Tf, { task, weighted, labelWeights, fused }: StepSettings, targets: Tensor, outputs: Tensor): Tensor {
  switch (task) {
    case 'classification':
      if (weighted) return weightedCrossEntropy(tf, targets, outputs)
      return fused ? fused.softmaxCrossEntropy(targets, outputs) : softmaxCrossEntropy(tf, targets, outputs)
    case 'multi-label':
      return labelWeights
        ? weightedSigmoidCrossEntropy(tf, targets, outputs, labelWeights)
        : sigmoidCrossEntropy(tf, targets, outputs)
    case 'regression':
      return meanSquaredError(tf, targets, outputs)
    default:
      return unreachable(task, 'task')
  }
}

/** The flat weights as one tensor per parameter. */
export function splitWeights(tf: Tf, model: Model, weights: Tensor): Tensor[] {
  const parts = tf.split(
    weights,
    model.parameters.map((p) => p.size),
  )
  return model.parameters.map((p, i) => tf.reshape(parts[i] as Tensor, [...p.shape]))
}
