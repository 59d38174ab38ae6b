import type { Tensor2D } from '@tensorflow/tfjs-core'
import type { LayerOf } from './layer.ts'
import { activate } from './activation.ts'
import { type LayerFunction, stateless, weightAt, withBias, type Tf } from './forward.ts'

/** [..., features] → [..., units]: one product over all leading sizes together. */
export function dense(tf: Tf, layer: LayerOf<'dense'>): LayerFunction {
  return stateless((x, weights) => {
    const features = x.shape.at(-1) ?? 0
    const rows = x.rank === 2 ? x : tf.reshape(x, [-1, features])
    const product = tf.matMul(rows as Tensor2D, weightAt(weights, 0) as Tensor2D)
    const out = activate(tf, layer.activation, withBias(tf, product, weights, layer.useBias, 1))
    return x.rank === 2 ? out : tf.reshape(out, [...x.shape.slice(0, -1), layer.units])
  })
}
