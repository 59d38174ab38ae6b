import type { RegularizationLevers } from '../../records/levers.ts'
import type { StageSettings } from '../../records/plan.ts'

export type GridLever = keyof RegularizationLevers

export interface Axis {
  readonly lever: GridLever
  readonly values: readonly number[]
}

export interface RegularizeSettings extends StageSettings {
  readonly stage: 'regularize'
  /** Lever values to cross, ascending; they always include the incumbent's own value. */
  readonly grid: readonly Axis[]
  /** Configurations to try once each. */
  readonly explore: number
  /** Seeds under which the best of them are compared with the incumbent. */
  readonly seeds: number
}

/** In the order of a grid in a spec. */
export const gridLevers: readonly GridLever[] = ['weightDecay', 'dropout', 'labelSmoothing', 'augmentation']
