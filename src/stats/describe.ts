/** Sample, n and n−1 as in every textbook. Huge and tiny values neither overflow nor underflow on the way. */

/** The largest power of two that is at most `size` (1 for 0). Dividing by it rounds nothing. */
export const powerOfTwoBelow = (size: number): number => (size > 0 ? 2 ** Math.floor(Math.log2(size)) : 1)

export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] ?? NaN))
  return largest
}

/** The mean; NaN for no values. The second pass removes the first one's rounding, so equal values return themselves. */
export function mean(values: ArrayLike<number>): number {
  const scale = powerOfTwoBelow(largestMagnitude(values))
  return scaledMean(values, scale) * scale
}

function scaledMean(values: ArrayLike<number>, scale: number): number {
  const n = values.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += (values[i] ?? NaN) / scale
  const first = sum / n
  let rest = 0
  for (let i = 0; i < n; i++) rest += (values[i] ?? NaN) / scale - first
  return first + rest / n
}

/** Sample standard deviation, n − 1 in the denominator; NaN for fewer than two values. */
export function sampleSd(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN
  const scale = powerOfTwoBelow(largestMagnitude(values))
  const centre = scaledMean(values, scale)
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += ((values[i] ?? NaN) / scale - centre) ** 2
  return Math.sqrt(squares / (values.length - 1)) * scale
}

/** Adjusted Fisher–Pearson skewness, as SciPy's `skew(bias=False)`; 0 for equal values, NaN for fewer than three. */
export function skewnessOf(values: readonly number[]): number {
  const n = values.length
  if (n < 3) return NaN
  const sd = sampleSd(values)
  if (noSpread(sd, largestMagnitude(values))) return 0
  const center = mean(values)
  const cubes = values.reduce((sum, value) => sum + ((value - center) / sd) ** 3, 0)
  return (cubes * n) / ((n - 1) * (n - 2))
}

/**
 * True if the spread is no more than the rounding of numbers of this size, so that dividing by it would create certainty
 * from nothing. Metrics of seeds differ by at least 1e-8 (single precision), which is far above it.
 */
export const noSpread = (sd: number, size: number): boolean => sd <= 8 * Number.EPSILON * size

const ascending = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort()

/**
 * The quantile at `p` in [0, 1] by linear interpolation between order statistics, type 7 of Hyndman and Fan (1996):
 * the default of R and NumPy. NaN for no values.
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  const sorted = ascending(values)
  if (sorted.length === 0) return NaN
  const place = (sorted.length - 1) * p
  const below = Math.floor(place)
  const low = sorted[below] ?? NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN
  // Two equal infinities have no difference to interpolate.
  return place === below || low === high ? low : low + (place - below) * (high - low)
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5)

/**
 * Each value replaced by the median of the `window` (odd) values centered on it; at the edges, by the median of the existing
 * ones (pandas: `rolling(window, center=True, min_periods=1)`). It has no lag, and a single outlier leaves no trace.
 */
export function medianFilter(values: ArrayLike<number>, window: number): number[] {
  if (!Number.isInteger(window) || window < 1 || window % 2 === 0) {
    throw new Error(`a centered window must be odd and positive, found ${window}`)
  }
  const all = Float64Array.from(values)
  const reach = (window - 1) / 2
  return Array.from(all, (_, i) => median(all.subarray(Math.max(0, i - reach), i + reach + 1)))
}

/** A standard deviation and the degrees of freedom behind it. */
export interface PooledSd {
  readonly sd: number
  readonly df: number
}

/**
 * The common standard deviation within groups: the root of all squared deviations from each group's mean over Σ(n − 1). Two
 * kinds of groups add nothing: a group of one says nothing about spread, and a group with a non-finite value (a
 * configuration that diverged) says nothing about the noise of those that train. Without degrees of freedom:
 * `{ sd: NaN, df: 0 }`.
 */
export function pooledSd(groups: readonly ArrayLike<number>[]): PooledSd {
  const spreads = groups
    .filter((g) => g.length > 1 && Number.isFinite(largestMagnitude(g)))
    .map((g) => ({ df: g.length - 1, sd: sampleSd(g) }))
  const df = spreads.reduce((sum, s) => sum + s.df, 0)
  if (df === 0) return { sd: NaN, df: 0 }
  return { sd: Math.hypot(...spreads.map((s) => s.sd * Math.sqrt(s.df / df))), df }
}

/**
 * Mean of the middle half: ⌊n/4⌋ values are removed at each end (SciPy `trim_mean(x, 0.25)`), so three seeds give the mean.
 * Recommended for few runs by Agarwal et al. (2021), "Deep RL at the edge of the statistical precipice". NaN for no values.
 */
export function interquartileMean(values: ArrayLike<number>): number {
  const cut = Math.floor(values.length / 4)
  return mean(ascending(values).subarray(cut, values.length - cut))
}
