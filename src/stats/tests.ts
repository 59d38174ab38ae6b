import { differences, numberAt } from '../base/numbers.ts'
import { fUpperTail } from './distributions.ts'
import { largestMagnitude, mean, median, noSpread } from './describe.ts'
import { firstReason, notPairs, undefinedBecause, unusable } from './outcome.ts'
import type { Undefined } from './outcome.ts'

export interface RankTest {
  readonly kind: 'test'
  /** The statistic: U of the first side, or the mean of the differences. */
  readonly statistic: number
  readonly pLess: number
  readonly pGreater: number
  /** Twice the smaller tail, at most 1. */
  readonly pTwoSided: number
}

const bothTails = (statistic: number, pLess: number, pGreater: number): RankTest => ({
  kind: 'test',
  statistic,
  pLess,
  pGreater,
  pTwoSided: Math.min(1, 2 * Math.min(pLess, pGreater)),
})

/** Ranks from 1, with ties sharing their mean rank; doubled, so that they are integers. */
function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => numberAt(values, i) - numberAt(values, j))
  const ranks = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && values[numberAt(order, end)] === values[numberAt(order, start)]) end++
    for (const i of order.slice(start, end)) ranks[i] = start + end + 1
    start = end
  }
  return ranks
}

/** How many ways to choose `size` of `ranks` give each sum. Counts are exact to 53 bits, and beyond that to 1e-16. */
function subsetSums(ranks: readonly number[], size: number): Float64Array {
  const most = ranks.reduce((a, b) => a + b, 0)
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1))
  const [empty] = ways
  if (empty) empty[0] = 1
  for (const rank of ranks) {
    for (let taken = size; taken > 0; taken--) {
      const [into, from] = [ways[taken] as Float64Array, ways[taken - 1] as Float64Array]
      for (let sum = most; sum >= rank; sum--) into[sum] = (into[sum] ?? NaN) + (from[sum - rank] ?? NaN)
    }
  }
  return ways[size] as Float64Array
}

/**
 * Mann–Whitney's test (1947), exact: the position of the first side's rank sum among all ways to divide these values into
 * two sides of these sizes. Ties are kept, so the p values are exact with them too. At most 100 values in all. Oracles:
 * `scipy.stats.mannwhitneyu(method='exact')` without ties, `permutation_test` with them.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest | Undefined {
  const reason = firstReason(unusable(a, 'the first side', 1), unusable(b, 'the second side', 1))
  if (reason !== undefined) return undefinedBecause(reason)
  const all = [...a, ...b]
  if (all.length > 100) return undefinedBecause(`the exact test takes at most 100 values, found ${all.length}`)
  if (new Set(all).size === 1) return undefinedBecause('all values are equal, so their order says nothing')
  const ranks = doubledRanks(all)
  const observed = ranks.slice(0, a.length).reduce((x, y) => x + y, 0)
  const ways = subsetSums(ranks, a.length)
  const share = (part: Float64Array): number => part.reduce((x, y) => x + y, 0) / ways.reduce((x, y) => x + y, 0)
  const u = (observed - a.length * (a.length + 1)) / 2
  return bothTails(u, share(ways.subarray(0, observed + 1)), share(ways.subarray(observed)))
}

/**
 * Fisher's sign-flip test (1935) of paired values, exact: the position of the mean difference a[i] − b[i] among those of all
 * 2ⁿ choices of signs. At most 20 pairs. Its smallest p is 2⁻ⁿ: three pairs can never reach .05. Oracle:
 * `scipy.stats.permutation_test(permutation_type='samples')`.
 */
export function signFlip(a: readonly number[], b: readonly number[]): RankTest | Undefined {
  const reason = firstReason(notPairs(a, b), unusable(a, 'the first side', 1), unusable(b, 'the second side', 1))
  if (reason !== undefined) return undefinedBecause(reason)
  if (a.length > 20) return undefinedBecause(`the exact test takes at most 20 pairs, found ${a.length}`)
  const gaps = differences(a, b)
  const size = largestMagnitude(gaps)
  if (!Number.isFinite(size)) return undefinedBecause('the values are too large to compute with')
  if (size === 0) return undefinedBecause('every pair is equal, so the signs say nothing')
  return flipAll(
    gaps.map((d) => d / size),
    size,
  )
}

/** Sums that differ by rounding only count as equal, on both sides. */
function flipAll(differences: readonly number[], scale: number): RankTest {
  const observed = differences.reduce((x, y) => x + y, 0)
  const slack = 1e-12 * differences.length
  let sums = [0]
  for (const d of differences) sums = sums.flatMap((sum) => [sum - d, sum + d])
  const share = (test: (sum: number) => boolean): number => sums.filter(test).length / sums.length
  const statistic = (observed / differences.length) * scale
  return bothTails(
    statistic,
    share((sum) => sum <= observed + slack),
    share((sum) => sum >= observed - slack),
  )
}

export interface SpreadTest {
  readonly kind: 'test'
  readonly f: number
  readonly df1: number
  readonly df2: number
  readonly p: number
}

/**
 * Brown and Forsythe's test (1974) that groups have the same variance: the analysis of variance of the distances from each
 * group's median. Undefined if those distances have no spread within the groups. Oracle:
 * `scipy.stats.levene(center='median')`.
 */
export function brownForsythe(groups: readonly (readonly number[])[]): SpreadTest | Undefined {
  if (groups.length < 2) return undefinedBecause(`a comparison of spreads needs at least 2 groups, found ${groups.length}`)
  const reason = firstReason(...groups.map((g, i) => unusable(g, `group ${i + 1}`, 2)))
  if (reason !== undefined) return undefinedBecause(reason)
  const size = Math.max(...groups.map(largestMagnitude))
  // Divided before the subtraction, because the distance of two numbers may exceed the largest double.
  const distances = groups.map((g) => {
    const scaled = g.map((v) => v / (size || 1))
    const centre = median(scaled)
    return scaled.map((v) => Math.abs(v - centre))
  })
  return oneWay(distances, size === 0 ? 0 : 1)
}

/** The F test of a one-way analysis of variance. */
function oneWay(groups: readonly (readonly number[])[], size: number): SpreadTest | Undefined {
  const all = groups.flat()
  const grand = mean(all)
  const [df1, df2] = [groups.length - 1, all.length - groups.length]
  let [between, within] = [0, 0]
  for (const group of groups) {
    const centre = mean(group)
    between += group.length * (centre - grand) ** 2
    for (const v of group) within += (v - centre) ** 2
  }
  if (noSpread(Math.sqrt(within), size)) {
    return undefinedBecause('within each group all values are equally far from the median: there is nothing to compare')
  }
  const f = between / df1 / (within / df2)
  return { kind: 'test', f, df1, df2, p: fUpperTail(f, df1, df2) }
}

export interface HolmResult {
  /** Adjusted p values in the order given. */
  readonly adjusted: readonly number[]
  readonly rejected: readonly boolean[]
}

/**
 * Holm's step-down correction (1979): the probability of even one false claim among all stays at `alpha`. A p value that is
 * not a number counts as 1: what could not be tested supports no claim, and still counts as tried. Oracle:
 * `statsmodels.stats.multitest.multipletests(method='holm')`.
 */
export function holm(pValues: readonly number[], alpha = 0.05): HolmResult {
  const known = pValues.map((p) => (Number.isNaN(p) ? 1 : p))
  const order = known.map((_, i) => i).sort((i, j) => numberAt(known, i) - numberAt(known, j))
  const adjusted = new Array<number>(known.length).fill(1)
  let largest = 0
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, (known.length - rank) * numberAt(known, i)))
    adjusted[i] = largest
  })
  return { adjusted, rejected: adjusted.map((p) => p <= alpha) }
}
