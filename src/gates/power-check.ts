import type { GateRule, MetricRule } from '../records/gates.ts'
import type { LockedSeed } from '../records/lock.ts'
import { partName, type SubsetMetrics } from '../records/subsets.ts'
import { isTooSmall } from './few-rows.ts'
import { gateOf } from './index.ts'
import { subsetName, subsetsIn } from './segment-evidence.ts'
import { onSubset, subsetOf } from './subsets.ts'
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
  const gate = gateOf(rule)
  if (!baseline || !('reason' in baseline) || !gate.needsBaseline(rule)) {
    // Only a rule on a metric measures segments.
    return gate.measures(rule)?.segments ? worstSegment(rule as MetricRule, design) : gate.powerCheck(rule, design)
  }
  return {
    code: 'not-comparable',
    message: `the ${rule.gate} gate has nothing to compare with, and will be inconclusive`,
    found: baseline.reason,
    hint: 'retrain the baseline (--baseline retrain), or commit the lock from a new run',
  }
}

/**
 * The problem of the segment that most often leaves the gate open, by the noise that the lock has of each. A gate on segments
 * passes only if all of them do, so it stays open at least as often.
 */
function worstSegment(rule: MetricRule, design: StudyDesign): PowerProblem | null {
  const { noise } = design
  const gate = gateOf(rule)
  const { segments: _, ...alone } = rule
  const segments = noise ? subsetsIn(rule, noise.seeds) : []
  if (noise === null || typeof segments === 'string') return null
  const problems = segments.flatMap((segment) => {
    if (isTooSmall(rule, segment)) return []
    const own = { ...design, noise: { ...noise, seeds: seedsIn(segment, noise.seeds) } }
    const problem = gate.powerCheck(alone, own)
    return problem === null ? [] : [{ segment, problem }]
  })
  const [worst] = problems.sort((a, b) => (b.problem.open ?? 0) - (a.problem.open ?? 0))
  if (!worst) return null
  const { segment, problem } = worst
  const others =
    problems.length > 1 ? `, and ${problems.length - 1} more of ${segments.length} segments have this problem` : ''
  return {
    ...problem,
    message: `in ${subsetName(segment)} alone, ${problem.message}${others}`,
    hint: `${problem.hint}; the gate passes only if every segment does, so it stays open at least as often`,
  }
}

/**
 * Seeds with what they have in a segment in place of what they have as a whole; of one class or target in it, in place of that
 * class or target.
 */
function seedsIn(of: SubsetMetrics, seeds: readonly LockedSeed[]): LockedSeed[] {
  if (partName(of) === undefined) return onSubset(seeds, of)
  return seeds.map((seed) => {
    const found = subsetOf(seed, of)
    const { segment: _, ...part } = found ?? of
    return { ...seed, subsets: found ? [part] : [] }
  })
}
