import type { GradSaveFunc, Tensor2D } from '@tensorflow/tfjs-core'
import type { LayerOf } from '../../model/layers.ts'
import type { Tensor, Tf } from '../types.ts'
import { type LayerFunction, stateless, weightAt } from './layer.ts'

/**
 * Batch normalization over the last size (Ioffe and Szegedy, 2015). Training normalizes by the batch's own mean and biased
 * variance, inference by the running ones. The running statistics move as in Keras: old · momentum + batch · (1 − momentum),
 * with the biased variance (PyTorch moves the unbiased one). No gradient flows through them.
 */
export function batchNormalization(tf: Tf, layer: LayerOf<'batchNormalization'>): LayerFunction {
  return ({ x, weights, statistics, options }) => {
    const [gamma, beta] = [weightAt(weights, 0), weightAt(weights, 1)]
    const [mean, variance] = [weightAt(statistics, 0), weightAt(statistics, 1)]
    if (!options.training) return { outputs: tf.batchNorm(x, mean as never, variance as never, beta as never, gamma as never, layer.epsilon), statistics }
    const rows = tf.reshape(x, [-1, x.shape.at(-1) ?? 0])
    const batch = tf.moments(rows, 0)
    const move = (old: Tensor, now: Tensor): Tensor => tf.add(tf.mul(old, layer.momentum), tf.mul(now, 1 - layer.momentum))
    const outputs = normalized(tf, rows as Tensor2D, 0, layer.epsilon)
    return {
      outputs: tf.reshape(tf.add(tf.mul(outputs, gamma), beta), x.shape),
      statistics: [move(mean, batch.mean), move(variance, batch.variance)],
    }
  }
}

/** Layer normalization over the last size of each example (Ba et al., 2016). */
export function layerNormalization(tf: Tf, layer: LayerOf<'layerNormalization'>): LayerFunction {
  return stateless((x, weights) => {
    const rows = tf.reshape(x, [-1, x.shape.at(-1) ?? 0]) as Tensor2D
    const outputs = normalized(tf, rows, 1, layer.epsilon)
    return tf.reshape(tf.add(tf.mul(outputs, weightAt(weights, 0)), weightAt(weights, 1)), x.shape)
  })
}

/**
 * (x − mean) / √(variance + ε) along one axis, with the gradient in closed form:
 * dx = (dy − mean(dy) − x̂ · mean(dy · x̂)) / √(variance + ε). Chaining the gradients of mean and variance says the same in
 * about three times the passes over memory.
 */
function normalized(tf: Tf, x: Tensor2D, axis: 0 | 1, epsilon: number): Tensor {
  const apply = tf.customGrad((...args) => {
    const [rows, save] = args as unknown as [Tensor, GradSaveFunc]
    const centred = tf.sub(rows, tf.mean(rows, axis, true))
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axis, true), epsilon))
    const value = tf.mul(centred, inverse)
    save([value, inverse])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [unit, scale] = [weightAt(saved, 0), weightAt(saved, 1)]
      const along = tf.mul(unit, tf.mean(tf.mul(dy, unit), axis, true))
      return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, axis, true)), along), scale)
    }
    return { value, gradFunc }
  })
  return apply(x)
}
