import {
  leverValue,
  usefulRange,
  withLevers,
  type LeverName,
  type LeverPatch,
  type LeverValue,
} from '../../records/levers.ts'
import { leadingOnce, type Arm } from '../compare.ts'
import { labelOf, type Candidate } from '../configurations.ts'
import type { StageRecorder } from '../recorder.ts'
import type { Axis } from './settings.ts'

/** Levers whose values lie a factor apart; those of others lie a distance apart. */
const byFactor: readonly LeverName[] = ['weightDecay']

/**
 * A configuration beyond the ends of the grid. Where the best run so far has levers at an end of all values that were tried,
 * the best may lie farther out, so they take the next step in that direction, all of them together, and the rest of that
 * run's levers stay. None if the best run lies inside.
 */
export function beyondEnds({ incumbent, context }: StageRecorder, grid: readonly Axis[], arms: readonly Arm[]): Candidate[] {
  const best = leadingOnce(context.workload, arms)
  if (best === undefined) return []
  const tried = arms.map(({ patch }) => withLevers(incumbent, patch))
  const there = withLevers(incumbent, best.patch)
  const steps = grid.flatMap(({ lever, values }): [LeverName, number][] => {
    const all = [...values, ...tried.map((levers) => leverValue(levers, lever))]
    const next = stepOutward(lever, leverValue(there, lever), all)
    return next === undefined ? [] : [[lever, next]]
  })
  if (steps.length === 0) return []
  const patch: LeverPatch = { ...best.patch, ...Object.fromEntries(steps) }
  return [{ label: labelOf(patch), patch }]
}

/** The next value beyond an end, as far from it as its neighbor; undefined if `own` is at no end, or nothing useful lies beyond. */
function stepOutward(lever: LeverName, own: LeverValue, values: readonly LeverValue[]): number | undefined {
  const range = usefulRange[lever]
  const numbers = [...new Set(values.filter((value) => typeof value === 'number'))].sort((a, b) => a - b)
  const [end, neighbor] = own === numbers.at(-1) ? [...numbers].reverse() : own === numbers[0] ? numbers : []
  if (range === undefined || end === undefined || neighbor === undefined) return undefined
  const far = !byFactor.includes(lever) ? 2 * end - neighbor : neighbor === 0 ? end : (end * end) / neighbor
  const next = Number(Math.min(range[1], Math.max(range[0], far)).toPrecision(2))
  return (next - end) * (end - neighbor) > 0 ? next : undefined
}
