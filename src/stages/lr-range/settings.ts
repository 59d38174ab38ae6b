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
  /** Length of a confirmation run as a share of a full one, in (0, 1]. */
  readonly confirmLength: number
  readonly confirmSeeds: number
}

export const defaults: LrRangeSettings = {
  stage: 'lr-range',
  from: 1e-6,
  to: 10,
  steps: 300,
  seeds: 3,
  backOff: [0.85, 0.5, 1 / 3, 0.1],
  confirmLength: 0.5,
  confirmSeeds: 3,
}

/** Shares of the edge are tried from the highest down, whatever their order in the spec. */
export function rangeTestSettings(written: LrRange, fallback: LrRangeSettings = defaults): LrRangeSettings {
  const merged = { ...fallback, ...written }
  return { ...merged, backOff: [...merged.backOff].sort((a, b) => b - a) }
}
