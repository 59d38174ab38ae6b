import { leverValue, stepsOfRun, type LeverName, type Levers, type LeverValue } from '../records/levers.ts'
import type { RunResult } from '../records/run.ts'
import type { Remedy } from '../stages/stage.ts'
import { curveOf, type Context } from './curve.ts'
import { diagnose } from './diagnose.ts'
import type { Target } from './finding.ts'

/** Values that a lever may have; a remedy never leads beyond them. */
const bounds: { readonly [lever in LeverName]?: readonly [least: number, most: number] } = {
  dropout: [0, 0.6],
  labelSmoothing: [0, 0.3],
  weightDecay: [0, 1],
}

/**
 * What the curves of a run suggest to try: one value per lever, the first finding's first. Findings without a value to try
 * suggest nothing.
 */
export function remediesFor(run: RunResult, levers: Levers, context: Context): Remedy[] {
  const steps = context.rows === null ? null : stepsOfRun(levers, context.rows.train)
  const found = new Map<LeverName, Remedy>()
  for (const { rule, title, moves } of diagnose([{ subject: 'incumbent', context, curves: [curveOf(run)] }])) {
    for (const { lever, to } of moves) {
      if (lever === null || to === undefined || found.has(lever)) continue
      const own = leverValue(levers, lever)
      const value = valueOf(lever, own, to, steps)
      if (value !== null && value !== own) found.set(lever, { rule, symptom: title, patch: { [lever]: value } })
    }
  }
  return [...found.values()]
}

function valueOf(lever: LeverName, own: LeverValue, to: Target, steps: number | null): LeverValue {
  if ('value' in to) return typeof to.value === 'number' ? bounded(lever, to.value) : to.value
  if ('shareOfRun' in to) return steps === null ? null : Math.round(to.shareOfRun * steps)
  if (typeof own !== 'number') return null
  return bounded(lever, 'times' in to ? own * to.times : own + to.plus)
}

function bounded(lever: LeverName, value: number): number {
  const [least, most] = bounds[lever] ?? [0, Infinity]
  return Number(Math.min(most, Math.max(least, value)).toPrecision(3))
}
