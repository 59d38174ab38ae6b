import type { GradSaveFunc } from '@tensorflow/tfjs-core'
import type { LayerOf } from './layer.ts'
import { type LayerFunction, stateless, weightAt, type FusedOps, type Tensor, type Tf } from './forward.ts'

/**
 * Batch normalization over the last size (Ioffe and Szegedy, 2015). Training normalizes by the batch's own mean and biased
 * variance, inference by the running ones. The running statistics move as in Keras: old · momentum + batch · (1 − momentum),
 * with the biased variance (PyTorch moves the unbiased one). No gradient flows through them.
 */
export function batchNormalization(tf: Tf, layer: LayerOf<'batchNormalization'>, fused?: FusedOps): LayerFunction {
  return ({ x, weights, statistics, options }) => {
    const [gamma, beta] = [weightAt(weights, 0), weightAt(weights, 1)]
    const [mean, variance] = [weightAt(statistics, 0), weightAt(statistics, 1)]
    if (!options.training) {
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, layer.epsilon)))
      return { outputs: tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale))), statistics }
    }
    const features = x.shape.at(-1) ?? 0
    const move = (old: Tensor, now: Tensor): Tensor =>
      tf.add(tf.mul(old, layer.momentum), tf.mul(tf.reshape(now, [features]), 1 - layer.momentum))
    if (fused) {
      const { outputs, mean: now, variance: spread } = fused.batchNormalization(x, gamma, beta, layer.epsilon)
      return { outputs, statistics: [move(mean, now), move(variance, spread)] }
    }
    const batch = normalize(tf, tf.reshape(x, [-1, features]), 0, layer.epsilon)
    return {
      outputs: tf.reshape(tf.add(tf.mul(batch.outputs, gamma), beta), x.shape),
      statistics: [move(mean, batch.mean), move(variance, batch.variance)],
    }
  }
}

/** Layer normalization over the last size of each example (Ba et al., 2016). */
export function layerNormalization(tf: Tf, layer: LayerOf<'layerNormalization'>): LayerFunction {
  return stateless((x, weights) => {
    const rows = tf.reshape(x, [-1, x.shape.at(-1) ?? 0])
    const { outputs } = normalize(tf, rows, 1, layer.epsilon)
    return tf.reshape(tf.add(tf.mul(outputs, weightAt(weights, 0)), weightAt(weights, 1)), x.shape)
  })
}

interface Normalized {
  readonly outputs: Tensor
  /** Of the values that were normalized together; no gradient flows through these two. */
  readonly mean: Tensor
  readonly variance: Tensor
}

/**
 * (x − mean) / √(variance + ε) along one axis of a matrix, with the gradient in closed form:
 * dx = (dy − mean(dy) − x̂ · mean(dy · x̂)) / √(variance + ε). Chaining the gradients of mean and variance says the same in
 * about three times the passes over memory.
 */
function normalize(tf: Tf, x: Tensor, axis: 0 | 1, epsilon: number): Normalized {
  const share = 1 / (x.shape[axis] ?? 1)
  // Means over rows keep their one column, means over columns are plain rows: what broadcasts fastest.
  const mean = (values: Tensor): Tensor => tf.mul(tf.sum(values, axis, axis === 1), share)
  const average = mean(x)
  const centred = tf.sub(x, average)
  const variance = mean(tf.square(centred))
  const inverse = tf.rsqrt(tf.add(variance, epsilon))
  const apply = tf.customGrad((...args) => {
    const save = args[1] as unknown as GradSaveFunc
    const value = tf.mul(centred, inverse)
    save([value, inverse])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [unit, scale] = [weightAt(saved, 0), weightAt(saved, 1)]
      const along = tf.mul(unit, mean(tf.mul(dy, unit)))
      return tf.mul(tf.sub(tf.sub(dy, mean(dy)), along), scale)
    }
    return { value, gradFunc }
  })
  return { outputs: apply(x), mean: average, variance }
}
