import type { Tensor, Tf } from '../layers/forward.ts'

/** L2 norm of a flat gradient, as a scalar. */
export function globalNorm(tf: Tf, gradient: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(gradient)))
}

/** Scales a gradient down to `limit` if its norm exceeds it; the same factor as torch.nn.utils.clip_grad_norm_. */
export function clipByNorm(tf: Tf, gradient: Tensor, norm: Tensor, limit: number): Tensor {
  return tf.mul(gradient, tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1))
}
