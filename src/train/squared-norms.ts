import { watchMasks } from './step-random.ts'
import { batchGradient, predictors, splitWeights, type StepBatch, type StepSettings, type TrainState } from './step.ts'
import type { Tensor, Tf } from '../layers/forward.ts'

/**
 * [mean of the squared norms of the batches' gradients, squared norm of their mean gradient], at the weights of the state.
 * No value is read back, so that an engine can record it. Wrap it in tidy.
 */
export function squaredNorms(tf: Tf, settings: StepSettings, state: TrainState, batches: readonly StepBatch[]): Tensor {
  const weights = splitWeights(tf, settings.model, state.weights)
  const gradients = batches.map((batch) => {
    const { gradient, statistics } = batchGradient(tf, settings, weights, state.statistics, batch)
    tf.dispose(statistics as Tensor[])
    return gradient
  })
  const squared = (t: Tensor): Tensor => tf.sum(tf.square(t))
  const mean = (tensors: Tensor[]): Tensor => tf.div(tf.addN(tensors), tensors.length)
  return tf.stack([mean(gradients.map(squared)), squared(mean(gradients))])
}

/** Equal if a recording of `squaredNorms` serves both. */
export const normStructure = ({ levers }: StepSettings, batches: readonly StepBatch[]): string =>
  JSON.stringify([batches.map(({ inputs }) => inputs.shape[0]), levers.regularization])

/** `squaredNorms` once, to be recorded, and what it was given. */
export interface NormCall {
  /** Everything from outside: weights, statistics, batches, and last the masks that it drew, which are disposed of. */
  readonly given: readonly Tensor[]
  readonly norms: Tensor
  /** The same tensors for another state and other batches. Call it inside a tidy scope, because it draws masks. */
  readonly inputs: (settings: StepSettings, state: TrainState, batches: readonly StepBatch[]) => readonly Tensor[]
}

/**
 * Calls `squaredNorms`. Wrap it in tidy.
 * @param onMask told of each mask as it is drawn; after the call masks are disposed of
 */
export function callNorms(
  tf: Tf,
  settings: StepSettings,
  state: TrainState,
  batches: readonly StepBatch[],
  onMask: (mask: Tensor) => void = () => {},
): NormCall {
  const drawn: Tensor[] = []
  const drawAgain: ((those: readonly StepBatch[]) => Tensor | undefined)[] = []
  const watched = batches.map((batch, i) => ({
    ...batch,
    random: watchMasks(batch.random, ({ site, shape, rate, mask }) => {
      drawn.push(mask)
      onMask(mask)
      drawAgain.push((those) => those[i]?.random.dropoutMask(site, shape, rate))
    }),
  }))
  const norms = squaredNorms(tf, settings, state, watched)
  return {
    given: [...plainInputs(settings, state, batches), ...drawn],
    norms,
    inputs: (settings, now, those) => [
      ...plainInputs(settings, now, those),
      ...drawAgain.flatMap((draw) => draw(those) ?? []),
    ],
  }
}

const plainInputs = ({ labelWeights }: StepSettings, state: TrainState, batches: readonly StepBatch[]): Tensor[] => [
  ...predictors(state),
  ...(labelWeights ? [labelWeights] : []),
  ...batches.flatMap(({ inputs, targets }) => [inputs, targets]),
]
