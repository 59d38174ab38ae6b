// What seeds must have of a class or of segments before a rule judges them. Evidence may come from an untrusted job.
import { occurrences } from '../base/lists.ts'
import { printable } from '../base/printable.ts'
import type { MetricRule } from '../records/gates.ts'
import type { LockedSeed } from '../records/lock.ts'
import { partWords, samePart, sameSubset, type SubsetMetrics } from '../records/subsets.ts'
import type { GateEvidence } from './evidence.ts'

/** What a rule judges, and what it should but cannot. */
export interface JudgedSubsets {
  /** In the order of the rule's columns, as every complete seed has them. */
  readonly found: readonly SubsetMetrics[]
  /** Segments that the baseline has and the candidate lacks; empty unless the rule compares. */
  readonly lost: readonly SubsetMetrics[]
}

/**
 * The classes or segments of a rule, or a clause that says why they cannot be judged. Every complete seed must have every
 * column of the rule, and the same segments with the same rows: otherwise the seeds were not measured on the same parts, and
 * a part that some of them leave out could be the bad one.
 *
 * @param compares whether the baseline counts, too
 */
export function subsetsOf(rule: MetricRule, evidence: GateEvidence, compares: boolean): JudgedSubsets | string {
  const own = subsetsIn(rule, evidence.candidate)
  if (typeof own === 'string') return own
  const base = compares && evidence.baseline ? subsetsIn(rule, evidence.baseline.runs) : []
  // A baseline without any value has a reason of its own, which the gate gives.
  const theirs = typeof base === 'string' ? [] : base
  if (typeof base === 'string' && base !== withoutValues(rule)) return `of the baseline: ${base}`
  const other = theirs.find((one) => own.some((mine) => sameSubset(mine, one) && mine.rows.test !== one.rows.test))
  if (other) return `the baseline has ${other.rows.test} test rows in ${subsetName(other)}, and the candidate another number`
  return { found: own, lost: theirs.filter((one) => !own.some((mine) => sameSubset(mine, one))) }
}

const withoutValues = ({ segments, target }: MetricRule): string =>
  `the runs have no values of the ${segments ? 'segments' : target === undefined ? 'class' : 'target'}`

/** The same for seeds alone. */
export function subsetsIn(rule: MetricRule, seeds: readonly LockedSeed[]): SubsetMetrics[] | string {
  const { segments } = rule
  const isAsked = (one: SubsetMetrics): boolean =>
    samePart(one, rule) && (segments ? segments.includes(one.segment?.column ?? '') : one.segment === undefined)
  const all = seeds
    .filter(({ status }) => status === 'complete')
    .map(({ seed, subsets = [] }) => ({ seed, subsets: subsets.filter(isAsked) }))
  const [first, ...rest] = all
  if (!first || all.every(({ subsets }) => subsets.length === 0)) return withoutValues(rule)
  for (const { seed, subsets } of all) {
    const missing = segments?.find((column) => !subsets.some(({ segment }) => segment?.column === column))
    if (missing !== undefined) return `the run of seed ${seed} has no segments of ${printable(missing, 60)}`
    const [[twice = '', times = 0] = []] = [...occurrences(subsets.map(subsetName))].filter(([, count]) => count > 1)
    if (times > 1) return `the run of seed ${seed} has ${twice} twice`
  }
  const expected = sizesOf(first.subsets)
  for (const { seed, subsets } of rest) {
    const sizes = sizesOf(subsets)
    const differs = [...new Set([...expected.keys(), ...sizes.keys()])].find(
      (name) => expected.get(name) !== sizes.get(name),
    )
    if (differs !== undefined) return `the runs of seeds ${first.seed} and ${seed} do not have the same rows in ${differs}`
  }
  return segments?.flatMap((column) => first.subsets.filter(({ segment }) => segment?.column === column)) ?? first.subsets
}

const sizesOf = (subsets: readonly SubsetMetrics[]): Map<string, string> =>
  new Map(
    subsets.map((one) => [subsetName(one), JSON.stringify([one.rows.test, one.rows.validation, one.groups, one.rarer])]),
  )

/** `site "A"`, `the class "malignant"`. Names come from the data. */
export const subsetName = ({ segment, ...part }: Pick<SubsetMetrics, 'segment' | 'class' | 'target'>): string =>
  segment ? `${printable(segment.column, 60)} "${printable(segment.level, 60)}"` : partWords(part)
