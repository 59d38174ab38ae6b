// Rules on one class: their seeds have the values of the class in place of those of all rows.
import type { Measured } from '../records/gates.ts'
import type { LockedSeed } from '../records/lock.ts'
import { sameSubset, type Subset, type SubsetMetrics } from '../records/subsets.ts'
import type { GateEvidence } from './evidence.ts'
import { unitsOf } from './few-rows.ts'
import { nothingMeasured, type Finding } from './finding.ts'
import { capitalized, measuredWords } from './words.ts'

/** What a seed has of a subset; undefined if nothing. */
export const subsetOf = ({ subsets }: Pick<LockedSeed, 'subsets'>, subset: Subset): SubsetMetrics | undefined =>
  subsets?.find((one) => sameSubset(one, subset))

/** What the first of the seeds that has the subset says of it. All of them have the same rows. */
const firstOf = (seeds: readonly LockedSeed[], subset: Subset): SubsetMetrics | undefined =>
  seeds.map((seed) => subsetOf(seed, subset)).find((one) => one !== undefined)

/** Seeds with the values of a subset in place of those of whole splits. */
export const onSubset = <Seed extends LockedSeed>(seeds: readonly Seed[], subset: Subset): Seed[] =>
  seeds.map((whole) => {
    const found = subsetOf(whole, subset)
    const { testRows: _, subsets: _subsets, ...seed } = whole
    return {
      ...seed,
      validation: seed.validation && (found?.validation ?? {}),
      test: seed.test && (found?.test ?? {}),
      ...(found?.testRows && { testRows: found.testRows }),
    } as unknown as Seed // without two optional members
  })

/** The evidence on a subset alone. */
export function evidenceOn(evidence: GateEvidence, subset: Subset): GateEvidence {
  const { baseline, candidate } = evidence
  const found = firstOf(candidate, subset)
  return {
    ...evidence,
    candidate: onSubset(candidate, subset),
    baseline: baseline && { ...baseline, runs: onSubset(baseline.runs, subset) },
    ...(found && { rows: found.rows, few: unitsOf(found) }),
  }
}

/**
 * The finding for a subset whose rows do not show how much its metric depends on them, if verdicts are to hold for other
 * rows. Otherwise undefined.
 */
export function tooFewRows(rule: Measured, evidence: GateEvidence, subset: Subset): Finding | undefined {
  if (rule.split !== 'test') return undefined
  const open = evidence.candidate.some((seed) => {
    const found = subsetOf(seed, subset)
    return seed.testRows && found?.test?.[rule.metric] !== undefined && found.testRows?.[rule.metric] === undefined
  })
  if (!open) return undefined
  const few = firstOf(evidence.candidate, subset)
  return nothingMeasured(
    `${capitalized(measuredWords(rule))} rests on ${few ? unitsOf(few) : 'too few'} test rows, which do not show how much it ` +
      'depends on them.',
    'Hold out more test rows.',
  )
}
