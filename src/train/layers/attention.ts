import type { Tensor3D } from '@tensorflow/tfjs-core'
import type { LayerOf } from '../../model/layers.ts'
import type { ForwardOptions, Tensor, Tf } from '../types.ts'
import { dropped } from './dropout.ts'
import { type LayerFunction, stateless, weightAt, withBias } from './layer.ts'

/**
 * Multi-head self-attention (Vaswani et al., 2017), [batch, steps, features] → the same: softmax(q kᵀ / √keyDim) v in every head,
 * and a product that mixes the heads. Dropout is on the attention weights, as in Keras.
 */
export function multiHeadAttention(tf: Tf, layer: LayerOf<'multiHeadAttention'>, site: number): LayerFunction {
  const second = layer.useBias ? 2 : 1
  return stateless((x, weights, options) => {
    const [batch, steps, features] = (x as Tensor3D).shape
    const width = layer.numHeads * layer.keyDim
    const rows = tf.reshape(x, [batch * steps, features])
    const projected = withBias(tf, tf.matMul(rows, weightAt(weights, 0)), weights, layer.useBias, 1)
    const attended = attend(tf, layer, tf.reshape(projected, [batch, steps, 3, layer.numHeads, layer.keyDim]), site, options)
    const mixed = tf.matMul(tf.reshape(attended, [batch * steps, width]), weightAt(weights, second))
    return tf.reshape(withBias(tf, mixed, weights, layer.useBias, second + 1), x.shape)
  })
}

/** [batch, steps, 3, heads, keyDim] of queries, keys and values → [batch, steps, heads, keyDim]. */
function attend(
  tf: Tf, { keyDim, dropout }: LayerOf<'multiHeadAttention'>, projected: Tensor, site: number, options: ForwardOptions,
): Tensor {
  const [queries, keys, values] = tf.unstack(tf.transpose(projected, [2, 0, 3, 1, 4])) as [Tensor, Tensor, Tensor]
  const scores = tf.matMul(tf.mul(queries, 1 / Math.sqrt(keyDim)), keys, false, true)
  const attention = dropped(tf, tf.softmax(scores), dropout, site, options)
  return tf.transpose(tf.matMul(attention, values), [0, 2, 1, 3])
}
