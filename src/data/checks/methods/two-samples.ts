/** Two samples compared: how far apart they are, and how often chance alone puts them that far apart. */
export interface Comparison {
  readonly effect: number
  readonly p: number
}

const nothing: Comparison = { effect: 0, p: 1 }

/**
 * Kolmogorov–Smirnov: the largest distance between the two distribution functions, and its p by the limiting distribution
 * with Stephens' (1970) correction for small samples. If values repeat, the p is too large, never too small.
 *
 * @param a ascending
 * @param b ascending
 */
export function kolmogorovSmirnov(a: Float32Array, b: Float32Array): Comparison {
  const [n, m] = [a.length, b.length]
  let [i, j, effect] = [0, 0, 0]
  while (i < n && j < m) {
    const value = Math.min(a[i] ?? 0, b[j] ?? 0)
    while (i < n && (a[i] ?? 0) <= value) i++
    while (j < m && (b[j] ?? 0) <= value) j++
    effect = Math.max(effect, Math.abs(i / n - j / m))
  }
  const root = Math.sqrt((n * m) / (n + m))
  return { effect, p: kolmogorovTail((root + 0.12 + 0.11 / root) * effect) }
}

/** P(K > x) = 2 Σ (−1)^(k−1) exp(−2 k² x²). Below 0.3 it is 1 to nine digits, and the sum would be slow. */
export function kolmogorovTail(x: number): number {
  if (x < 0.3) return 1
  let sum = 0
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x)
  return Math.min(1, Math.max(0, sum))
}

/**
 * Population stability index Σ (p − q) ln(p / q), minus its expectation by chance, which is (bins − 1)(1/n + 1/m). Half a
 * row is added to each bin, so that an empty bin does not make it infinite. Its test is chi-square over the same bins. The
 * bins are bounded by the quantiles of both samples together: ten bins, or as many as leave 5 rows in each for the smaller
 * sample. With quantiles of one sample alone, as is usual elsewhere, the test rejected up to ten times too often on small
 * parts.
 *
 * @param a ascending
 * @param b ascending
 */
export function stability(a: Float32Array, b: Float32Array): Comparison {
  const both = joined(a, b).sort()
  const wanted = Math.min(10, Math.floor(Math.min(a.length, b.length) / 5))
  const quantiles = Array.from({ length: wanted }, (_, i) => both[Math.floor((i * both.length) / wanted)] ?? 0)
  const edges = [...new Set(quantiles)].filter((edge) => edge > (both[0] ?? 0))
  if (edges.length === 0) return nothing
  const [left, right] = [binned(a, edges), binned(b, edges)]
  const bins = edges.length + 1
  const share = (count: number, total: number): number => (count + 0.5) / (total + 0.5 * bins)
  let index = 0
  left.forEach((count, i) => {
    const [p, q] = [share(count, a.length), share(right[i] ?? 0, b.length)]
    index += (p - q) * Math.log(p / q)
  })
  return { effect: Math.max(0, index - (bins - 1) * (1 / a.length + 1 / b.length)), p: associationOf(left, right).p }
}

function binned(sorted: Float32Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0)
  let bin = 0
  for (const value of sorted) {
    while (bin < edges.length && value >= (edges[bin] ?? 0)) bin++
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts
}

/**
 * Cramér's V between "which sample" and "which level", corrected for bias (Bergsma 2013), and the p of Pearson's chi-square.
 * Levels expected less than 5 times in either sample are merged, because chi-square is not valid for fewer.
 *
 * @param left rows of each level in one sample
 * @param right the same for the other
 */
export function associationOf(left: readonly number[], right: readonly number[]): Comparison {
  const [n, m] = [total(left), total(right)]
  const levels = merged(left, right, Math.min(n, m) / (n + m))
  const k = levels.length
  if (k < 2) return nothing
  const all = n + m
  let chiSquare = 0
  for (const [x, y] of levels) {
    const expected = ((x + y) * n) / all
    chiSquare += (x - expected) ** 2 / expected + (x - expected) ** 2 / (x + y - expected)
  }
  const corrected = (count: number): number => count - (count - 1) ** 2 / (all - 1)
  const phi = Math.max(0, chiSquare / all - (k - 1) / (all - 1))
  const effect = Math.sqrt(phi / Math.min(corrected(k) - 1, corrected(2) - 1))
  return { effect, p: chiSquareTail(chiSquare, k - 1) }
}

function merged(left: readonly number[], right: readonly number[], smallerShare: number): (readonly [number, number])[] {
  const levels = left.map((count, i) => [count, right[i] ?? 0] as const)
  const isRare = ([x, y]: readonly [number, number]): boolean => (x + y) * smallerShare < 5
  const rare = levels.filter(isRare)
  const [x, y] = [total(rare.map(([count]) => count)), total(rare.map(([, count]) => count))]
  const common = levels.filter((level) => !isRare(level))
  // If they are rare even together, they say too little to form a separate level.
  return isRare([x, y]) ? common : [...common, [x, y]]
}

const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0)

/** P(χ² > x): the finite sums for integer degrees of freedom (Abramowitz and Stegun 26.4.4 and 26.4.5). */
export function chiSquareTail(x: number, df: number): number {
  if (x <= 0) return 1
  const half = x / 2
  // Terms halfᵃ e^−half / Γ(a + 1), in logarithms, since e^−half alone may be 0.
  let [a, sum, logGamma] = df % 2 === 0 ? [0, 0, 0] : [0.5, erfc(Math.sqrt(half)), Math.log(Math.sqrt(Math.PI) / 2)]
  for (; a < df / 2; a++) {
    sum += Math.exp(a * Math.log(half) - half - logGamma)
    logGamma += Math.log(a + 1)
  }
  return Math.min(1, sum)
}

/** 1 − erf(x) for x ≥ 0: the series below 2, Laplace's continued fraction from there on. */
function erfc(x: number): number {
  if (x >= 2) {
    let fraction = x
    for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction
  }
  let [term, sum] = [x, x]
  for (let k = 1; k < 60; k++) {
    term *= (2 * x * x) / (2 * k + 1)
    sum += term
  }
  return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/**
 * Which p-values Holm's step-down correction (1979) rejects; the probability of even one false rejection stays at `alpha`.
 */
export function holmRejects(ps: readonly number[], alpha: number): boolean[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] ?? 1) - (ps[b] ?? 1))
  const stop = order.findIndex((at, rank) => (ps[at] ?? 1) > alpha / (ps.length - rank))
  const rejected = new Set(stop < 0 ? order : order.slice(0, stop))
  return ps.map((_, i) => rejected.has(i))
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
