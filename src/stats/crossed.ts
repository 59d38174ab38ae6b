import { numberAt } from '../base/numbers.ts'
import { tQuantile, tUpperTail } from './distributions.ts'
import { mean, sampleSd } from './describe.ts'
import type { Interval } from './intervals.ts'
import type { TTest } from './t-tests.ts'

/** One value for each seed and each group of rows; every seed has the same groups. */
export type SeedsByRows = readonly (readonly number[])[]

/** The part of a squared standard error that comes from the choice of rows. */
export interface RowError {
  readonly variance: number
  readonly df: number
}

/**
 * What the choice of rows adds to the variance of a mean over seeds and rows, both random (a crossed design without
 * replicates; Cornfield and Tukey, 1956). The spread of the rows' means also contains noise that differs from run to run,
 * which the spread over seeds already has; it is subtracted. At least 0. Undefined for fewer than three groups.
 */
export const rowError = (values: SeedsByRows): RowError | undefined => errorOf(groupMeans(values), [values])

/**
 * The same for the difference of two means, measured on the same rows by other seeds on each side. What makes a row hard for
 * both sides cancels.
 */
export function rowErrorOfDifference(a: SeedsByRows, b: SeedsByRows): RowError | undefined {
  const [of, from] = [groupMeans(a), groupMeans(b)]
  if (of.length !== from.length) return undefined
  return errorOf(
    of.map((value, i) => value - numberAt(from, i)),
    [a, b],
  )
}

function errorOf(groups: readonly number[], sides: readonly SeedsByRows[]): RowError | undefined {
  const count = groups.length
  if (count < 3 || !groups.every(Number.isFinite)) return undefined
  const noise = sides.reduce((sum, side) => sum + interaction(side) / side.length, 0)
  return { variance: Math.max(0, (sampleSd(groups) ** 2 - noise) / count), df: count - 1 }
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
  if (!(rows.variance > 0) || !Number.isFinite(both)) return seeds
  return { standardError: Math.sqrt(both), df: both ** 2 / (ofSeeds ** 2 / seeds.df + rows.variance ** 2 / rows.df) }
}

/** An interval over seeds, widened by the error of the rows, so that it also holds for other rows. Never narrower. */
export function overRows(found: Interval, rows: RowError | undefined): Interval {
  if (rows === undefined) return found
  const p = (1 + found.level) / 2
  const before = found.upper - found.estimate
  const { standardError, df } = addRows({ standardError: before / tQuantile(p, found.df), df: found.df }, rows)
  const reach = Math.max(before, tQuantile(p, df) * standardError)
  return { ...found, lower: found.estimate - reach, upper: found.estimate + reach, df }
}

/** Two-sided p of a t test over seeds, with the error of the rows. Never smaller. */
export function pOverRows(test: TTest, rows: RowError | undefined): number {
  if (rows === undefined) return test.pTwoSided
  const { standardError, df } = addRows(test, rows)
  return Math.max(test.pTwoSided, Math.min(1, 2 * tUpperTail(Math.abs(test.difference) / standardError, df)))
}
