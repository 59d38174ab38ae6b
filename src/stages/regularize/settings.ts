import type { CustomLever, LeverValue, RegularizationLevers } from '../../records/levers.ts'
import type { StageSettings } from '../../records/plan.ts'

export type GridLever = keyof RegularizationLevers

/** Numbers, or choices of a training script's own lever. */
export interface Axis {
  readonly lever: GridLever | CustomLever
  readonly values: readonly LeverValue[]
}

/** Each value once: numbers ascending, choices in their order. */
export const inOrder = (values: readonly LeverValue[]): LeverValue[] =>
  [...new Set(values)].sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0))

export interface RegularizeSettings extends StageSettings {
  readonly stage: 'regularize'
  /** Lever values to cross, ascending; they always include the incumbent's own value. */
  readonly grid: readonly Axis[]
  /** Configurations to try once each. */
  readonly explore: number
  /** How often values beyond the ends of the grid may be tried. */
  readonly beyond: number
  /** Seeds under which the best of them are compared with the incumbent. */
  readonly seeds: number
}

/** In the order of a grid in a spec. */
export const gridLevers: readonly GridLever[] = ['weightDecay', 'dropout', 'labelSmoothing', 'augmentation']
