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

/** A standard error over seeds with that of the rows added. Degrees of freedom by Welch and Satterthwaite. */
export function addRows(
  seeds: { readonly standardError: number; readonly df: number },
  rows: RowError,
): { readonly standardError: number; readonly df: number } {
  const ofSeeds = seeds.standardError ** 2
  const both = ofSeeds + rows.variance
  if (!(rows.variance > 0)) return seeds
  return { standardError: Math.sqrt(both), df: both ** 2 / (ofSeeds ** 2 / seeds.df + rows.variance ** 2 / rows.df) }
}

/** The most that skewness moves a bound, as a share of the reach. */
const mostShift = 0.5

/**
 * An interval over seeds, widened by the error of the rows, so that it also holds for other rows. If few rows matter much,
 * both bounds move to the side of the long tail, of which a sample may have too little (Johnson, 1978, "Modified t tests and
 * confidence intervals for asymmetrical populations"). No bound moves inward.
 */
export function overRows(found: Interval, rows: RowError | undefined): Interval {
  if (rows === undefined) return found
  const p = (1 + found.level) / 2
  const seeds = { standardError: (found.upper - found.estimate) / tQuantile(p, found.df), df: found.df }
  const { standardError, df } = addRows(seeds, rows)
  const t = tQuantile(p, df)
  const share = rows.variance / standardError ** 2
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
export function rowShare(overSeeds: Interval, rows: RowError | undefined): number {
  if (rows === undefined) return 0
  const ofSeeds = ((overSeeds.upper - overSeeds.estimate) / tQuantile((1 + overSeeds.level) / 2, overSeeds.df)) ** 2
  return rows.variance / (ofSeeds + rows.variance)
}

/** Two-sided p of a t test over seeds, with the error of the rows. Never smaller. */
export function pOverRows(test: TTest, rows: RowError | undefined): number {
  if (rows === undefined) return test.pTwoSided
  const { standardError, df } = addRows(test, rows)
  return Math.max(test.pTwoSided, Math.min(1, 2 * tUpperTail(Math.abs(test.difference) / standardError, df)))
}
