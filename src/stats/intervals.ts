import { chiSquareQuantile, fQuantile, tQuantile } from './distributions.ts'
import { interquartileMean, largestMagnitude, mean, noSpread, sampleSd } from './describe.ts'
import { firstReason, notAProbability, shown, undefinedBecause, unusable } from './outcome.ts'
import type { Undefined } from './outcome.ts'
import { pairedT, welch } from './t-tests.ts'

export { pairedT, welch } from './t-tests.ts'
export type { TTest } from './t-tests.ts'

export interface Interval {
  readonly kind: 'interval'
  readonly estimate: number
  readonly lower: number
  readonly upper: number
  readonly df: number
  readonly method: 't' | 'trimmed-t' | 'welch' | 'paired-t' | 'chi-square' | 'f'
  /** Probability, before the data are seen, that the interval covers the truth. */
  readonly level: number
}

export type IntervalResult = Interval | Undefined

/** The interval, or why its numbers are too large for a double. */
function interval(found: Omit<Interval, 'kind'>): IntervalResult {
  return [found.estimate, found.lower, found.upper].every(Number.isFinite)
    ? { kind: 'interval', ...found }
    : undefinedBecause('the values are too large to compute with')
}

/** All values are equal. Their own spread of 0 would give an interval of width zero, a certainty that nobody has. */
const alike = (n: number, value: number): Undefined =>
  undefinedBecause(`all ${n} values equal ${shown(value)}: without spread there is no interval`)

/**
 * Two-sided t interval of the mean, for at least two values that are not all equal. `level` is the coverage; default .95.
 * Oracle: `scipy.stats.t.interval`.
 */
export function tInterval(values: readonly number[], level = 0.95): IntervalResult {
  const reason = firstReason(unusable(values, 'a t interval', 2), notAProbability(level, 'the level'))
  if (reason !== undefined) return undefinedBecause(reason)
  const sd = sampleSd(values)
  const estimate = mean(values)
  if (noSpread(sd, largestMagnitude(values))) return alike(values.length, estimate)
  const df = values.length - 1
  const reach = tQuantile((1 + level) / 2, df) * (sd / Math.sqrt(values.length))
  return interval({ estimate, lower: estimate - reach, upper: estimate + reach, df, method: 't', level })
}

/**
 * Interval of the interquartile mean by Tukey and McLaughlin (1963), with Yuen's standard error (1974): the spread is that
 * of the winsorized values. With three values nothing is trimmed and it is the t interval. For normal data it covers .937 to
 * .944 of a nominal .95 at 4 to 10 values. Oracle: `scipy.stats.ttest_ind(trim=0.25)`.
 */
export function interquartileMeanInterval(values: readonly number[], level = 0.95): IntervalResult {
  const reason = firstReason(unusable(values, 'an interval of a trimmed mean', 2), notAProbability(level, 'the level'))
  if (reason !== undefined) return undefinedBecause(reason)
  const n = values.length
  const cut = Math.floor(n / 4)
  const sorted = [...values].sort((a, b) => a - b)
  const least = sorted[cut] ?? NaN
  const most = sorted[n - 1 - cut] ?? NaN
  const winsorized = sorted.map((v) => Math.min(Math.max(v, least), most))
  const sd = sampleSd(winsorized)
  const estimate = interquartileMean(values)
  if (noSpread(sd, largestMagnitude(winsorized))) {
    return undefinedBecause(`the middle half of the ${n} values equals ${shown(estimate)}: no spread, no interval`)
  }
  const left = n - 2 * cut
  const df = left - 1
  const reach = tQuantile((1 + level) / 2, df) * sd * Math.sqrt((n - 1) / (left * (left - 1)))
  return interval({ estimate, lower: estimate - reach, upper: estimate + reach, df, method: 'trimmed-t', level })
}

export interface DifferenceOptions {
  /** The i-th values of both sides share a seed: the same split, order and initial weights. */
  readonly paired: boolean
  /** One-sided: the probability that the truth is below `lower`, and likewise above `upper`; default .05. */
  readonly alpha?: number
  /** Paired differences whose SD is smaller count as if they had this one; default 0. */
  readonly leastSd?: number
}

/**
 * Interval of mean(a) − mean(b), each bound one-sided at `alpha`: by Welch, or by the t of the differences if paired.
 * Undefined if welch or pairedT is: no spread on both sides, or the same difference in every pair.
 */
export function differenceInterval(a: readonly number[], b: readonly number[], options: DifferenceOptions): IntervalResult {
  const alpha = options.alpha ?? 0.05
  const reason = alpha < 0.5 ? notAProbability(alpha, 'alpha') : `alpha must be below one half, found ${alpha}`
  if (reason !== undefined) return undefinedBecause(reason)
  const test = options.paired ? pairedT(a, b) : welch(a, b)
  if (test.kind === 'undefined') return test
  const { difference: estimate, standardError, df, method } = test
  const least = options.paired ? (options.leastSd ?? 0) / Math.sqrt(a.length) : 0
  const reach = tQuantile(1 - alpha, df) * Math.max(standardError, least)
  return interval({ estimate, lower: estimate - reach, upper: estimate + reach, df, method, level: 1 - 2 * alpha })
}

/**
 * Two-sided interval of the standard deviation of normal data: s·√(df/χ²) at both tails. `estimate` is s.
 * Equal values are undefined: s = 0 would give [0, 0]. Oracle: `scipy.stats.chi2.ppf`.
 */
export function sigmaInterval(values: readonly number[], level = 0.95): IntervalResult {
  const reason = firstReason(unusable(values, 'an interval of the spread', 2), notAProbability(level, 'the level'))
  if (reason !== undefined) return undefinedBecause(reason)
  const estimate = sampleSd(values)
  if (noSpread(estimate, largestMagnitude(values))) return alike(values.length, mean(values))
  const df = values.length - 1
  const tail = (1 - level) / 2
  const bound = (p: number): number => estimate * Math.sqrt(df / chiSquareQuantile(p, df))
  return interval({ estimate, lower: bound(1 - tail), upper: bound(tail), df, method: 'chi-square', level })
}

/**
 * Two-sided interval of the ratio of two standard deviations, σ(a) / σ(b), of independent normal samples: the root of the F
 * interval of the ratio of variances (as in R's `var.test`). If the two share their seeds and are therefore correlated, in
 * either direction, it covers more than its level. `df` is that of `a`. Oracle: `scipy.stats.f.ppf`.
 */
export function sigmaRatioInterval(a: readonly number[], b: readonly number[], level = 0.95): IntervalResult {
  const reason = firstReason(
    unusable(a, 'the spread of the first side', 2),
    unusable(b, 'the spread of the second side', 2),
    notAProbability(level, 'the level'),
  )
  if (reason !== undefined) return undefinedBecause(reason)
  const [sdA, sdB] = [sampleSd(a), sampleSd(b)]
  if (noSpread(sdA, largestMagnitude(a))) return alike(a.length, mean(a))
  if (noSpread(sdB, largestMagnitude(b))) return alike(b.length, mean(b))
  const [dfA, dfB] = [a.length - 1, b.length - 1]
  const estimate = sdA / sdB
  const p = (1 + level) / 2
  const lower = estimate / Math.sqrt(fQuantile(p, dfA, dfB))
  return interval({ estimate, lower, upper: estimate * Math.sqrt(fQuantile(p, dfB, dfA)), df: dfA, method: 'f', level })
}
