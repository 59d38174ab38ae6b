import { normalQuantile } from './distributions.ts'

/** Bounds of a share, each one-sided. */
export interface ShareBounds {
  readonly lower: number
  readonly upper: number
}

/**
 * Score interval of a share of `n` independent rows (Wilson, 1927), each bound one-sided at `alpha`. It has a width even
 * where the share is 0 or 1. Oracle: `statsmodels.stats.proportion.proportion_confint(method='wilson')`.
 */
export function wilsonInterval(share: number, n: number, alpha: number): ShareBounds {
  const z2 = normalQuantile(1 - alpha) ** 2
  const center = (share + z2 / (2 * n)) / (1 + z2 / n)
  const reach = Math.sqrt((z2 * (share * (1 - share) + z2 / (4 * n))) / n) / (1 + z2 / n)
  return { lower: Math.max(0, center - reach), upper: Math.min(1, center + reach) }
}

/**
 * Interval of the difference of two shares, a − b, of `n` rows each (Newcombe, 1998, method 10), each bound one-sided at
 * `alpha`. Rows that both sides share make it wider than it has to be. Oracle:
 * `statsmodels.stats.proportion.confint_proportions_2indep(method='newcomb')`.
 */
export function newcombeInterval(a: number, b: number, n: number, alpha: number): ShareBounds {
  const [of, against] = [wilsonInterval(a, n, alpha), wilsonInterval(b, n, alpha)]
  return {
    lower: a - b - Math.hypot(a - of.lower, against.upper - b),
    upper: a - b + Math.hypot(of.upper - a, b - against.lower),
  }
}

/**
 * Exact bounds of a probability from `k` of `n` independent trials (Clopper and Pearson, 1934), each one-sided at `alpha`.
 * For k = 0 the upper bound is 1 − alpha^(1/n). Oracle: `proportion_confint(method='beta')`.
 */
export function exactShareBounds(k: number, n: number, alpha: number): ShareBounds {
  return {
    lower: k === 0 ? 0 : increasingRoot((p) => 1 - atMost(k - 1, n, p) - alpha),
    upper: k === n ? 1 : increasingRoot((p) => alpha - atMost(k, n, p)),
  }
}

/** P(at most k of n), each with probability p. */
function atMost(k: number, n: number, p: number): number {
  // The terms are added from the end where none of them underflows.
  if (p > 0.5) return 1 - atMost(n - k - 1, n, 1 - p)
  let sum = 0
  let term = (1 - p) ** n
  for (let i = 0; i <= k; i++) {
    sum += term
    term *= ((n - i) / (i + 1)) * (p / (1 - p))
  }
  return sum
}

/** Where an increasing function of a probability crosses 0. */
function increasingRoot(f: (p: number) => number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (f(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}
