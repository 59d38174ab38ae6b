import { unreachable } from '../base/result.ts'
import type { OptimizationLevers } from '../records/levers.ts'
import type { Tensor, Tf } from '../layers/forward.ts'

/** Weights and the optimizer's own vectors (Adam family: first and second moment; SGD: momentum), all flat, of one length. */
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
 *
 * NAdamW is AdamW with a look ahead along the first moment: β₁ m + (1 − β₁) g in place of m, at the bias correction of m, as
 * Choi et al. (2019, arXiv 1910.05446) define NAdam and the AlgoPerf baseline (Dahl et al., 2023) computes it. Dozat's
 * (2016) corrects the momentum by 1 − β₁ to the power of t + 1; `torch.optim.NAdam` does so too, and also warms β₁ up unless
 * its `momentum_decay` is huge. Without that, the two updates differ by a factor that tends to 1 within some 1 / (1 − β₁)
 * steps.
 */
export function createOptimizer(tf: Tf, levers: OptimizationLevers, decay: WeightDecay): Optimizer {
  switch (levers.optimizer) {
    case 'adamw':
      return adam(tf, levers, decay, { decoupled: true, nesterov: false })
    case 'nadamw':
      return adam(tf, levers, decay, { decoupled: true, nesterov: true })
    case 'adam':
      return adam(tf, levers, decay, { decoupled: false, nesterov: false })
    case 'sgd':
      return sgd(tf, levers, decay)
    default:
      return unreachable(levers.optimizer, 'optimizer')
  }
}

interface AdamKind {
  readonly decoupled: boolean
  readonly nesterov: boolean
}

function adam(tf: Tf, levers: OptimizationLevers, decay: WeightDecay, { decoupled, nesterov }: AdamKind): Optimizer {
  const { beta1, beta2, epsilon } = levers
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
      const direction = nesterov ? tf.add(tf.mul(m1, b1 as Tensor), tf.mul(g, c1 as Tensor)) : m1
      const move = tf.div(tf.mul(direction, rate as Tensor), tf.add(tf.sqrt(v1), eps as Tensor))
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
