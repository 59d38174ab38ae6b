import { type LayerFunction, stateless, weightAt, type Tf } from './forward.ts'

/** [batch, length] of whole numbers in [0, inputDim) → [batch, length, outputDim]. A number out of range throws. */
export function embedding(tf: Tf): LayerFunction {
  return stateless((x, weights) => tf.gather(weightAt(weights, 0), tf.cast(x, 'int32')))
}

/** [batch, steps, features] plus one learned vector a step. */
export function positionEmbedding(tf: Tf): LayerFunction {
  return stateless((x, weights) => tf.add(x, weightAt(weights, 0)))
}
