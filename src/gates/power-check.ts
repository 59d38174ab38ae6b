import type { GateRule } from '../records/gates.ts'
import { gateOf } from './index.ts'
import type { LimitKey, PowerProblem, StudyDesign } from './power.ts'

/** What a gate's power check found before training. */
export interface PowerFinding extends PowerProblem {
  /** Position in the plan's gates. */
  readonly gate: number
  /** The gate's setting that the problem is about. */
  readonly key: LimitKey
}

export interface PowerCheckInput extends StudyDesign {
  readonly rules: readonly GateRule[]
}

/**
 * Finds gates that the declared seeds will rarely settle, judging by the noise in the lock, and gates that are already
 * decided.
 */
export function checkPower({ rules, ...design }: PowerCheckInput): PowerFinding[] {
  return rules.flatMap((rule, gate) => {
    const problem = problemOf(rule, design)
    return problem === null ? [] : [{ gate, key: gateOf(rule).limitKey(rule), ...problem }]
  })
}

function problemOf(rule: GateRule, design: StudyDesign): PowerProblem | null {
  const { baseline } = design
  if (!baseline || !('reason' in baseline) || !gateOf(rule).needsBaseline(rule)) return gateOf(rule).powerCheck(rule, design)
  return {
    code: 'not-comparable',
    message: `the ${rule.gate} gate has nothing to compare with, and will be inconclusive`,
    found: baseline.reason,
    hint: 'retrain the baseline (--baseline retrain), or commit the lock from a new run',
  }
}
