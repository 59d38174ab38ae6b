import { unreachable } from '../base/result.ts'
import type { OptimizationLevers } from '../records/levers.ts'
import type { Tensor, Tf } from '../layers/forward.ts'

/** Weights and the optimizer's own vectors (Adam: first and second moment; SGD: momentum), all flat and of equal length. */
export interface OptimizerState {
  readonly weights: Tensor
  readonly slots: readonly Tensor[]
}

/**
 * An optimizer over one flat vector of weights. Everything that changes from step to step and does not depend on a gradient
 * enters as a scalar tensor, so that every step uses the same update graph.
 */
export interface Optimizer {
  /** State vectors; each starts at zero. */
  readonly slots: number
  /** The scalars of a step, counted from 0; computed here in double precision. */
  coefficients(step: number, learningRate: number): readonly number[]
  /** The state after the step. Call it inside a tidy scope. `coefficients` as tensors, in the order given above. */
  update(state: OptimizerState, gradient: Tensor, coefficients: readonly Tensor[]): OptimizerState
}

/** Mask for weight decay: 1 for weights that decay, 0 for those that never do (biases, norms). */
export interface WeightDecay {
  readonly rate: number
  readonly mask: Tensor
}

/**
 * AdamW (Loshchilov and Hutter, 2019), Adam with L2, and SGD with (Nesterov) momentum, each as torch.optim computes it, with
 * one exception: weight decay is also decoupled for SGD, `w ← w − lr · wd · w` before the update.
 */
export function createOptimizer(tf: Tf, levers: OptimizationLevers, decay: WeightDecay): Optimizer {
  switch (levers.optimizer) {
    case 'adamw':
    case 'adam':
      return adam(tf, levers, decay)
    case 'sgd':
      return sgd(tf, levers, decay)
    default:
      return unreachable(levers.optimizer, 'optimizer')
  }
}

function adam(tf: Tf, levers: OptimizationLevers, decay: WeightDecay): Optimizer {
  const { beta1, beta2, epsilon } = levers
  const decoupled = levers.optimizer === 'adamw'
  return {
    slots: 2,
    // The bias corrections c1, c2 are moved out of the vectors: lr · (m/c1) / (√(v/c2) + ε) = (lr √c2 / c1) · m / (√v + ε
    // √c2).
    coefficients(step, learningRate) {
      const correction = Math.sqrt(1 - beta2 ** (step + 1))
      return [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        (learningRate * correction) / (1 - beta1 ** (step + 1)),
        epsilon * correction,
        decoupled ? learningRate * decay.rate : decay.rate,
      ]
    },
    update({ weights, slots }, gradient, [b1, c1, b2, c2, rate, eps, decayRate]) {
      const [m, v] = slots as [Tensor, Tensor]
      const penalty = decay.rate > 0 ? tf.mul(tf.mul(weights, decay.mask), decayRate as Tensor) : null
      const g = penalty && !decoupled ? tf.add(gradient, penalty) : gradient
      const m1 = tf.add(tf.mul(m, b1 as Tensor), tf.mul(g, c1 as Tensor))
      const v1 = tf.add(tf.mul(v, b2 as Tensor), tf.mul(tf.square(g), c2 as Tensor))
      const move = tf.div(tf.mul(m1, rate as Tensor), tf.add(tf.sqrt(v1), eps as Tensor))
      const kept = penalty && decoupled ? tf.sub(weights, penalty) : weights
      return { weights: tf.sub(kept, move), slots: [m1, v1] }
    },
  }
}

function sgd(tf: Tf, { momentum, nesterov }: OptimizationLevers, decay: WeightDecay): Optimizer {
  return {
    slots: momentum > 0 ? 1 : 0,
    coefficients: (_step, learningRate) => [learningRate, momentum, learningRate * decay.rate],
    update({ weights, slots }, gradient, [rate, mu, decayRate]) {
      const kept = decay.rate > 0 ? tf.sub(weights, tf.mul(tf.mul(weights, decay.mask), decayRate as Tensor)) : weights
      const [velocity] = slots
      if (!velocity) return { weights: tf.sub(kept, tf.mul(gradient, rate as Tensor)), slots: [] }
      const moved = tf.add(tf.mul(velocity, mu as Tensor), gradient)
      const direction = nesterov ? tf.add(gradient, tf.mul(moved, mu as Tensor)) : moved
      return { weights: tf.sub(kept, tf.mul(direction, rate as Tensor)), slots: [moved] }
    },
  }
}
