import { differences, numberAt } from '../base/numbers.ts'
import { tQuantile, tUpperTail } from './distributions.ts'
import { mean, sampleSd, skewnessOf } from './describe.ts'
import type { Interval } from './intervals.ts'
import type { TTest } from './t-tests.ts'

/** One value for each seed and each group of rows; every seed has the same groups. */
export type SeedsByRows = readonly (readonly number[])[]

/** The part of a squared standard error that comes from the choice of rows. */
export interface RowError {
  readonly variance: number
  readonly df: number
  /** Of the groups' means: far from 0 if few rows matter much. */
  readonly skewness: number
}

/**
 * What the choice of rows adds to the variance of a mean over seeds and rows, both random (a crossed design without
 * replicates; Cornfield and Tukey, 1956). The spread of the rows' means also contains noise that differs from run to run,
 * which the spread over seeds already has. It is left in: on few rows, a lucky sample also looks less noisy than it is, and
 * a level at the truth passed more often without it (`docs/validation/rows.md`). Undefined for fewer than three groups, and
 * for values whose squares are no numbers.
 */
export const rowError = (values: SeedsByRows): RowError | undefined => errorOf(groupMeans(values), 0)

/**
 * The same for the difference of two means, measured on the same rows by other seeds on each side. What makes a row hard for
 * both sides cancels, and the noise that differs from run to run is subtracted; without that, a change that does nothing
 * would look as if rows differed. At least 0.
 */
export function rowErrorOfDifference(a: SeedsByRows, b: SeedsByRows): RowError | undefined {
  const [of, from] = [groupMeans(a), groupMeans(b)]
  if (of.length !== from.length) return undefined
  return errorOf(differences(of, from), interaction(a) / a.length + interaction(b) / b.length)
}

/** The same if both sides also share their seeds: from one difference for each seed and group. */
export const rowErrorOfPairs = (values: SeedsByRows): RowError | undefined =>
  errorOf(groupMeans(values), interaction(values) / values.length)

/** The error of the same difference multiplied by 1 or −1: its long tail changes sides. */
export const turned = (rows: RowError | undefined, sign: number): RowError | undefined =>
  rows && { ...rows, skewness: sign * rows.skewness }

/** @param noise the part of the groups' variance that differs from run to run */
function errorOf(groups: readonly number[], noise: number): RowError | undefined {
  const count = groups.length
  if (count < 3 || !groups.every(Number.isFinite)) return undefined
  const variance = Math.max(0, (sampleSd(groups) ** 2 - noise) / count)
  if (!Number.isFinite(variance)) return undefined
  return { variance, df: count - 1, skewness: variance > 0 ? skewnessOf(groups) : 0 }
}

const groupMeans = (values: SeedsByRows): number[] =>
  (values[0] ?? []).map((_, group) => mean(values.map((seed) => numberAt(seed, group))))

/** The mean square of what neither the seed nor the rows explain; 0 for one seed, which cannot tell. */
function interaction(values: SeedsByRows): number {
  const [seeds, groups] = [values.length, values[0]?.length ?? 0]
  if (seeds < 2) return 0
  const [ofGroups, ofSeeds] = [groupMeans(values), values.map(mean)]
  const all = mean(ofSeeds)
  let squares = 0
  for (const [s, seed] of values.entries())
    for (const [g, value] of seed.entries()) squares += (value - numberAt(ofSeeds, s) - numberAt(ofGroups, g) + all) ** 2
  return squares / ((seeds - 1) * (groups - 1))
}

/** What has a variance, and the degrees of freedom behind it. */
type Error = Pick<RowError, 'variance' | 'df'>

/** The sum of two independent errors. Degrees of freedom by Welch and Satterthwaite. */
export function addErrors(a: Error, b: Error): Error {
  const variance = a.variance + b.variance
  return { variance, df: variance ** 2 / (a.variance ** 2 / a.df + b.variance ** 2 / b.df) }
}

/** The error over seeds that gave an interval its width. */
const seedError = ({ estimate, upper, level, df }: Interval): Error => ({
  variance: ((upper - estimate) / tQuantile((1 + level) / 2, df)) ** 2,
  df,
})

/** How far a mean may be off by the choice of rows alone: one-sided, at error probability `alpha`. */
export const rowReach = ({ variance, df }: RowError, alpha: number): number => tQuantile(1 - alpha, df) * Math.sqrt(variance)

/** The most that skewness moves a bound, as a share of the reach. */
const mostShift = 0.5

/**
 * An interval over seeds, widened by the error of the rows, so that it also holds for other rows. If few rows matter much,
 * both bounds move toward the long tail, because a sample often shows too little of it (Johnson, 1978, "Modified t tests and
 * confidence intervals for asymmetrical populations"). No bound moves inward.
 */
export function overRows(found: Interval, rows: RowError | undefined): Interval {
  if (!rows || rows.variance === 0) return found
  const { variance, df } = addErrors(seedError(found), rows)
  const standardError = Math.sqrt(variance)
  const t = tQuantile((1 + found.level) / 2, df)
  const share = rows.variance / variance
  const skewness = (rows.skewness / Math.sqrt(rows.df + 1)) * share ** 1.5
  const shift = Math.max(-mostShift * t, Math.min(mostShift * t, (skewness / 6) * (1 + 2 * t ** 2)))
  return {
    ...found,
    lower: Math.min(found.lower, found.estimate + (shift - t) * standardError),
    upper: Math.max(found.upper, found.estimate + (shift + t) * standardError),
    df,
  }
}

/** Share of the squared error of an interval over seeds and rows that comes from the rows; 0 if it has none. */
export const rowShare = (overSeeds: Interval, rows: RowError | undefined): number =>
  rows === undefined ? 0 : rows.variance / (seedError(overSeeds).variance + rows.variance)

/** Two-sided p of a t test over seeds, with the error of the rows. Never smaller. */
export function pOverRows(test: TTest, rows: RowError | undefined): number {
  if (!rows || rows.variance === 0) return test.pTwoSided
  const { variance, df } = addErrors({ variance: test.standardError ** 2, df: test.df }, rows)
  return Math.max(test.pTwoSided, Math.min(1, 2 * tUpperTail(Math.abs(test.difference) / Math.sqrt(variance), df)))
}
