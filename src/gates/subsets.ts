// Rules on one class: their seeds have the values of the class in place of those of all rows.
import type { Measured } from '../records/gates.ts'
import type { LockedSeed } from '../records/lock.ts'
import { sameSubset, type Subset, type SubsetMetrics } from '../records/subsets.ts'
import type { GateEvidence } from './evidence.ts'
import { unitsOf } from './few-rows.ts'
import { nothingMeasured, type Finding } from './finding.ts'
import { measuredWords } from './words.ts'

/** What a seed has of a subset; undefined if nothing. */
export const subsetOf = ({ subsets }: Pick<LockedSeed, 'subsets'>, subset: Subset): SubsetMetrics | undefined =>
  subsets?.find((one) => sameSubset(one, subset))

/** Seeds with the values of a subset in place of those of whole splits. */
export const onSubset = <Seed extends LockedSeed>(seeds: readonly Seed[], subset: Subset): Seed[] =>
  seeds.map(({ testRows: _, subsets, ...seed }) => {
    const found = subsetOf({ ...(subsets && { subsets }) }, subset)
    return {
      ...seed,
      validation: seed.validation && (found?.validation ?? {}),
      test: seed.test && (found?.test ?? {}),
      ...(found?.testRows && { testRows: found.testRows }),
    } as unknown as Seed // without two optional members
  })

/** The evidence on a subset alone. */
export function evidenceOn(evidence: GateEvidence, subset: Subset): GateEvidence {
  const found = evidence.candidate.map((seed) => subsetOf(seed, subset)).find((one) => one !== undefined)
  const { baseline, candidate } = evidence
  return {
    ...evidence,
    candidate: onSubset(candidate, subset),
    baseline: baseline && { ...baseline, runs: onSubset(baseline.runs, subset) },
    ...(found && { rows: found.rows, few: unitsOf(found) }),
  }
}

/**
 * Nothing is measured if verdicts are to hold for other rows, and the rows of a subset do not say how much its metric depends on
 * them. Undefined if they do.
 */
export function tooFewRows(rule: Measured, evidence: GateEvidence, subset: Subset): Finding | undefined {
  if (rule.split !== 'test') return undefined
  const open = evidence.candidate.some((seed) => {
    const found = subsetOf(seed, subset)
    return seed.testRows && found?.test?.[rule.metric] !== undefined && found.testRows?.[rule.metric] === undefined
  })
  if (!open) return undefined
  const few = evidence.candidate.map((seed) => subsetOf(seed, subset)).find((one) => one !== undefined)
  return nothingMeasured(
    `${capitalized(measuredWords(rule))} rests on ${few ? unitsOf(few) : 'too few'} test rows, which do not show how much it depends on them.`,
    'Hold out more test rows.',
  )
}

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
