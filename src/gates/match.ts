import { differences } from '../base/numbers.ts'
import type { RowError } from '../stats/crossed.ts'
import { pooledSd, sampleSd } from '../stats/describe.ts'
import { sharedSeeds, type SeedValue, type Side } from './evidence.ts'
import { rowErrorBetween, rowErrorOfSeeds } from './row-error.ts'

/** Both sides in the same order; by seed if they are paired. */
export interface Matched {
  readonly baseline: readonly number[]
  readonly candidate: readonly number[]
  readonly paired: boolean
  /** Whether every seed of the candidate completed on both sides with the same weights. */
  readonly identical: boolean
  /**
   * What the choice of rows adds to the error of candidate − baseline; undefined if the verdict holds on these rows alone.
   */
  readonly rows: RowError | undefined
  readonly notes: readonly string[]
}

/**
 * Pairs the sides by seed if the rule says that seeds are shared and the baseline has all of the candidate's. The baseline
 * may have more, for example at an early look. A baseline seed that diverged removes its pair. If only some of the
 * candidate's seeds are shared, pairing would discard the others, so the sides are compared unpaired.
 */
export function matchSides(rule: { readonly paired: boolean }, candidate: Side, baseline: Side): Matched {
  const known = new Set([...baseline.values.map(({ seed }) => seed), ...baseline.diverged])
  const shared = candidate.values.every(({ seed }) => known.has(seed))
  const valuesOf = (values: readonly SeedValue[]): number[] => values.map(({ value }) => value)
  const pairs = sharedSeeds(baseline.values, candidate.values)
  const identical =
    shared &&
    pairs.candidate.length === candidate.values.length &&
    pairs.candidate.every(({ weights, value }, i) => {
      const base = pairs.baseline[i]
      return weights !== null && weights === base?.weights && value === base.value
    })
  if (rule.paired && shared && pairs.candidate.length >= 2) {
    const [base, own] = [valuesOf(pairs.baseline), valuesOf(pairs.candidate)]
    return { baseline: base, candidate: own, paired: true, identical, rows: rowErrorOfSeeds(pairs), notes: [] }
  }
  const notes = rule.paired ? ['The two sides do not share the same seeds, so the comparison is unpaired.'] : []
  const rows = rowErrorBetween(candidate, baseline)
  const [base, own] = [valuesOf(baseline.values), valuesOf(candidate.values)]
  return { baseline: base, candidate: own, paired: false, identical, rows, notes }
}

/**
 * The least SD of paired differences that is believed: half of the sides' pooled SD. A few pairs understate their spread by
 * chance, and then the interval is too short. Without this, a drop of the margin passed in .08 instead of .05 on real
 * trainings under five seeds.
 */
const leastPairedSd = ({ baseline, candidate }: Pick<Matched, 'baseline' | 'candidate'>): number =>
  pooledSd([baseline, candidate]).sd / 2

/** The noise of a difference: per pair if the sides are paired, else per seed of a side. */
export function noiseOfDifference({ baseline, candidate, paired }: Matched): {
  readonly sd: number
  readonly least: number
} {
  const least = leastPairedSd({ baseline, candidate })
  if (!paired) return { sd: pooledSd([baseline, candidate]).sd, least: 0 }
  return { sd: Math.max(sampleSd(differences(baseline, candidate)), least), least }
}
