import { differences } from '../base/numbers.ts'
import { rowErrorOfDifference, rowErrorOfPairs, type RowError } from '../stats/crossed.ts'
import { pooledSd, sampleSd } from '../stats/describe.ts'
import { rowsOf, type SeedValue, type Side } from './evidence.ts'

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
  const bySeed = new Map(baseline.values.map((v) => [v.seed, v]))
  const known = new Set([...bySeed.keys(), ...baseline.diverged])
  const shared = candidate.values.every((v) => known.has(v.seed))
  const values = (side: Side): number[] => side.values.map((v) => v.value)
  const pairs = candidate.values.flatMap((c) => {
    const b = bySeed.get(c.seed)
    return b ? [{ b, c }] : []
  })
  const identical =
    shared &&
    pairs.length === candidate.values.length &&
    pairs.every(({ b, c }) => b.weights !== null && b.weights === c.weights && b.value === c.value)
  if (rule.paired && shared && pairs.length >= 2) {
    const [b, c] = [pairs.map((p) => p.b.value), pairs.map((p) => p.c.value)]
    const rows = pairedRows(
      pairs.map((p) => p.b),
      pairs.map((p) => p.c),
    )
    return { baseline: b, candidate: c, paired: true, identical, rows, notes: [] }
  }
  const notes = rule.paired ? ['The two sides do not share the same seeds, so the comparison is unpaired.'] : []
  const [own, base] = [rowsOf(candidate.values), rowsOf(baseline.values)]
  const rows = own && base && rowErrorOfDifference(own, base)
  return { baseline: values(baseline), candidate: values(candidate), paired: false, identical, rows, notes }
}

/**
 * What the choice of rows adds to the error of the mean of candidate − baseline over pairs, whose two sides have the same
 * groups of rows.
 */
export function pairedRows(baseline: readonly SeedValue[], candidate: readonly SeedValue[]): RowError | undefined {
  const [own, base] = [rowsOf(candidate), rowsOf(baseline)]
  if (!own || own[0]?.length !== base?.[0]?.length) return undefined
  return rowErrorOfPairs(own.map((values, i) => differences(values, base?.[i] ?? [])))
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
