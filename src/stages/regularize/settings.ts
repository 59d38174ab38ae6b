import type { CustomLever, LeverValue, RegularizationLevers } from '../../records/levers.ts'
import type { StageSettings } from '../../records/plan.ts'
import { halvingRungs, type Rung } from '../../stats/halving.ts'

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
  /** Successive halving keeps one in this many. */
  readonly eta: number
  readonly seeds: number
}

/** In the order of a grid in a spec. */
export const gridLevers: readonly GridLever[] = ['weightDecay', 'dropout', 'labelSmoothing', 'augmentation']

/** Whether a lever has its own pilot and is not an axis of the grid. */
export const isPiloted = ({ lever }: Axis): boolean => lever === 'augmentation'

/** No cell is judged on less than this share of a full run. Earlier, no regularization lever has had time to act. */
const shortestRung = 1 / 9

/** Successive halving over the crossed axes; the units are shares of a full run. Empty if there is nothing to cross. */
export function gridRungs(axes: readonly Axis[], eta: number): Rung[] {
  const cells = axes.reduce((product, { values }) => product * values.length, 1)
  return axes.length === 0 || cells < 2 ? [] : halvingRungs(cells, { eta, most: 1, least: shortestRung })
}
