import type { Tensor, Tf } from '../layers/forward.ts'

/** The span of the average, as a share of a run's steps. */
const spanShare = 0.1

/**
 * An exponential moving average (EMA) of weights and running statistics beside a run (Ajroldi et al., 2025, arXiv
 * 2502.06761). Nothing in training depends on it.
 */
export interface Averaging {
  /** Weight of the newest values in the average after a step, counted from 0; in (0, 1], and 1 at the first step. */
  share(step: number): number
}

/**
 * The average over about the last tenth of a run: decay d = 1 − 10/steps, so that the mean age of what it holds follows the
 * length of the run. A fixed decay such as 0.999 would span the whole of a run of some hundred steps. A tenth covers more
 * than one epoch of most runs, and the end of a schedule that decays, where the weights hardly move any more.
 *
 * Bias-corrected as Adam's moments are: a ← a + (1 − d)/(1 − dᵗ⁺¹) · (w − a) is the average from 0, divided by 1 − dᵗ⁺¹.
 *
 * @param total steps of the run's schedule, at least 1
 */
export function averagingOver(total: number): Averaging {
  const decay = 1 - 1 / Math.max(1, spanShare * total)
  return { share: (step) => (1 - decay) / (1 - decay ** (step + 1)) }
}

/** The averages after a step: one for each of `values`. Call it inside a tidy scope. `share` is a scalar. */
export function averaged(tf: Tf, averages: readonly Tensor[], values: readonly Tensor[], share: Tensor): Tensor[] {
  return averages.map((average, i) => tf.add(average, tf.mul(tf.sub(values[i] as Tensor, average), share)))
}
