import { batchGradient, splitWeights, type StepBatch, type StepSettings, type TrainState } from './step.ts'
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
