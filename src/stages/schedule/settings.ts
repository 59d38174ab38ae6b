import { optimizers, type OptimizerName, type ScheduleName } from '../../records/levers.ts'
import type { StageSettings } from '../../records/plan.ts'

export interface ScheduleSettings extends StageSettings {
  readonly stage: 'schedule'
  readonly schedules: readonly ScheduleName[]
  /** Warmup lengths as shares of a run's steps. */
  readonly warmupFractions: readonly number[]
  /** Percentiles of the logged gradient norms to try as the clip norm. */
  readonly clipPercentiles: readonly number[]
  readonly optimizers: readonly OptimizerName[]
  /** Configurations to try once each, besides those of other optimizers. */
  readonly explore: number
  /** How often the results so far suggest further configurations. */
  readonly rounds: number
  /** Seeds under which the best of them are compared with the incumbent. */
  readonly seeds: number
}

/**
 * Rates at which another optimizer is tried, as factors of the incumbent's. SGD needs larger steps than the Adam family,
 * whose steps do not shrink with the gradient; rankings turn on each optimizer having its own rate (Choi et al., 2019).
 */
export function ratesFor(from: OptimizerName, to: OptimizerName): readonly number[] {
  const ratio = usualRateRatio(from, to)
  return ratio === 1 ? [0.5, 1, 2] : ratio > 1 ? [3, ratio, 30] : [1 / 30, ratio, 1 / 3]
}

/** The rate that another optimizer usually needs, as a factor of the incumbent's. */
export function usualRateRatio(from: OptimizerName, to: OptimizerName): number {
  const [own, other] = [optimizers[from].family, optimizers[to].family]
  if (own === other) return 1
  return other === 'sgd' ? 10 : 1 / 10
}

/**
 * The factor of weight decay for another optimizer at a rate of `factor` times the incumbent's. Decoupled decay shrinks the
 * weights by rate × decay a step, so it follows the rate: a rate ten times as high has a decay of a tenth.
 */
export const decayFactor = (from: OptimizerName, to: OptimizerName, factor: number): number =>
  from !== to && optimizers[from].decoupled && optimizers[to].decoupled ? 1 / factor : 1

/** The weight decay that follows the rate in this way; `decay` itself if it does not follow. */
export function decayFor(from: OptimizerName, to: OptimizerName, factor: number, decay: number): number {
  const follows = decayFactor(from, to, factor)
  return follows === 1 ? decay : Math.min(1, Number((decay * follows).toPrecision(3)))
}

/** Warmup lengths in steps, except the one that the levers already have. */
export function warmupLengths({ warmupFractions }: ScheduleSettings, runSteps: number, own: number): number[] {
  const lengths = new Set(warmupFractions.map((f) => Math.round(f * runSteps)))
  lengths.delete(own)
  return [...lengths]
}

/** Configurations of a round that the results so far suggest: enough to use every worker, few enough to learn from. */
export const roundSize = 5
