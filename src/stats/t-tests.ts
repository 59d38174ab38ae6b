import { differences } from '../base/numbers.ts'
import { tCdf, tUpperTail } from './distributions.ts'
import { largestMagnitude, mean, noSpread, sampleSd } from './describe.ts'
import { firstReason, notPairs, shown, undefinedBecause, unusable } from './outcome.ts'
import type { Undefined } from './outcome.ts'

export interface TTest {
  readonly kind: 'test'
  readonly method: 'welch' | 'paired-t'
  /** mean(a) − mean(b). */
  readonly difference: number
  readonly standardError: number
  readonly df: number
  readonly t: number
  /** P values of "a is less than b", "a is greater than b" and "they differ", against "their means are equal". */
  readonly pLess: number
  readonly pGreater: number
  readonly pTwoSided: number
}

function testOf(method: TTest['method'], difference: number, standardError: number, df: number): TTest | Undefined {
  const t = difference / standardError
  if (![difference, standardError, df, t].every(Number.isFinite)) {
    return undefinedBecause('the values are too large, or too far apart, to compute with')
  }
  const pTwoSided = Math.min(1, 2 * tUpperTail(Math.abs(t), df))
  const tails = { pLess: tCdf(t, df), pGreater: tUpperTail(t, df), pTwoSided }
  return { kind: 'test', method, difference, standardError, df, t, ...tails }
}

/**
 * Welch's t test (1947) of two independent samples of at least two values each, variances not assumed equal. Undefined if
 * neither side has any spread; if only one side has, df is that side's n − 1. Oracle:
 * `scipy.stats.ttest_ind(a, b, equal_var=False)`.
 */
export function welch(a: readonly number[], b: readonly number[]): TTest | Undefined {
  const reason = firstReason(unusable(a, 'the first side', 2), unusable(b, 'the second side', 2))
  if (reason !== undefined) return undefinedBecause(reason)
  const [sdA, sdB] = [sampleSd(a), sampleSd(b)]
  if (noSpread(sdA, largestMagnitude(a)) && noSpread(sdB, largestMagnitude(b))) {
    return undefinedBecause(
      `all values of each side are equal (${shown(mean(a))} and ${shown(mean(b))}): ` +
        'without any spread the noise of a seed is unknown',
    )
  }
  const errorA = sdA / Math.sqrt(a.length)
  const standardError = Math.hypot(errorA, sdB / Math.sqrt(b.length))
  // Welch–Satterthwaite in shares of the variance, which neither overflow nor vanish.
  const share = (errorA / standardError) ** 2
  const df = 1 / (share ** 2 / (a.length - 1) + (1 - share) ** 2 / (b.length - 1))
  return testOf('welch', mean(a) - mean(b), standardError, df)
}

/**
 * The paired t test: one-sample t of a[i] − b[i], for at least two pairs. Undefined if every pair differs by the same
 * amount, up to the rounding of the subtraction. Oracle: `scipy.stats.ttest_rel(a, b)`.
 */
export function pairedT(a: readonly number[], b: readonly number[]): TTest | Undefined {
  const reason = firstReason(notPairs(a, b), unusable(a, 'the first side', 2), unusable(b, 'the second side', 2))
  if (reason !== undefined) return undefinedBecause(reason)
  const gaps = differences(a, b)
  const sd = sampleSd(gaps)
  if (noSpread(sd, Math.max(largestMagnitude(a), largestMagnitude(b)))) {
    return undefinedBecause(
      `every pair differs by the same ${shown(mean(gaps))}: without any spread the noise of a seed is unknown`,
    )
  }
  return testOf('paired-t', mean(gaps), sd / Math.sqrt(a.length), a.length - 1)
}
