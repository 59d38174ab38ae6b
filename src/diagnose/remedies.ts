import { leverValue, stepsOfRun, type LeverName, type Levers } from '../records/levers.ts'
import type { RunResult } from '../records/run.ts'
import type { Remedy } from '../stages/stage.ts'
import { advisedValue } from './advice.ts'
import { curveOf, type Context } from './curve.ts'
import { diagnose } from './diagnose.ts'

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
      const value = advisedValue(lever, own, to, steps)
      if (value !== null && value !== own) found.set(lever, { rule, symptom: title, patch: { [lever]: value } })
    }
  }
  return [...found.values()]
}
