import { leverValue, stepsOfRun, usefulRange, type LeverName, type Levers, type LeverValue } from '../records/levers.ts'
import type { Context } from './curve.ts'
import type { Move, Target } from './finding.ts'

/** Advised to have at least some value: more of it is advice that was taken. */
const atLeast: readonly LeverName[] = ['warmupSteps', 'labelSmoothing']

/** The moves that would change something: a lever has an effect on this model, and not yet the value that is advised. */
export function usefulMoves(moves: readonly Move[], levers: Levers | null, context: Context): Move[] {
  const steps = levers === null || context.rows === null ? null : stepsOfRun(levers, context.rows.train)
  return moves.filter(({ lever, to }) => {
    if (lever === null || levers === null) return true
    if (context.idleLevers?.includes(lever) || hasNoEffect(lever, levers)) return false
    const own = leverValue(levers, lever)
    const value = to === undefined ? null : advisedValue(lever, own, to, steps)
    if (value === null) return true
    const isLeast = atLeast.includes(lever) && typeof value === 'number' && value > 0
    return isLeast && typeof own === 'number' ? own < value : own !== value
  })
}

/** A constant schedule ends where it began. */
const hasNoEffect = (lever: LeverName, { scheduling }: Levers): boolean =>
  lever === 'finalFraction' && scheduling.schedule === 'constant'

/** The value that a target means for a lever of this value; null if that is no single value, or `steps` are unknown. */
export function advisedValue(lever: LeverName, own: LeverValue, to: Target, steps: number | null): LeverValue {
  if ('value' in to) return typeof to.value === 'number' ? bounded(lever, to.value) : to.value
  if ('shareOfRun' in to) return steps === null ? null : Math.round(to.shareOfRun * steps)
  if (typeof own !== 'number') return null
  return bounded(lever, 'times' in to ? own * to.times : own + to.plus)
}

function bounded(lever: LeverName, value: number): number {
  const [least, most] = usefulRange[lever] ?? [0, Infinity]
  return Number(Math.min(most, Math.max(least, value)).toPrecision(3))
}
