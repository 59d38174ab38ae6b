import type { LrRange } from '../../dsl/tuning.gen.ts'
import type { StageSettings } from '../../records/plan.ts'

export interface LrRangeSettings extends StageSettings {
  readonly stage: 'lr-range'
  readonly from: number
  readonly to: number
  readonly steps: number
  /** Range tests, each under its own seed. */
  readonly seeds: number
  /** Shares of the edge to try, the highest first. */
  readonly backOff: readonly number[]
  /**
   * Length of the runs below the edge as a share of a full one, in (0, 1]. Short runs flatter high rates, so the default is 1.
   */
  readonly confirmLength: number
  readonly confirmSeeds: number
}

export const defaults: LrRangeSettings = {
  stage: 'lr-range',
  from: 1e-6,
  to: 10,
  steps: 300,
  seeds: 3,
  backOff: [0.85, 0.3, 0.1, 0.03, 0.01, 1 / 300],
  confirmLength: 1,
  confirmSeeds: 4,
}

/** Shares of the edge are tried from the highest down, whatever their order in the spec. */
export function rangeTestSettings(written: LrRange, fallback: LrRangeSettings = defaults): LrRangeSettings {
  const merged = { ...fallback, ...written }
  return { ...merged, backOff: [...merged.backOff].sort((a, b) => b - a) }
}
