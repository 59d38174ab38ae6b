import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import { unreachable } from '../base/result.ts'
import { moments } from './moments.ts'

/** How numeric inputs are scaled: not at all, by mean and SD, robustly, or by their quantiles. */
export type Standardize = boolean | 'robust' | 'quantile'

/** A scaling with its fitted numbers, as a saved model keeps it. */
export type FittedScaling =
  | { readonly kind: 'none' }
  /** (x − mean) / sd. */
  | { readonly kind: 'standardize'; readonly mean: number; readonly sd: number }
  /** z = (x − median) / range, then z / √(1 + (z/3)²). */
  | { readonly kind: 'robust'; readonly median: number; readonly range: number }
  /** The normal score of a value's rank among these numbers, which ascend. */
  | { readonly kind: 'quantile'; readonly quantiles: readonly number[] }
  /** 0, whatever the value: the column was constant. */
  | { readonly kind: 'zero' }

export interface Scaling {
  readonly fitted: FittedScaling
  readonly apply: (value: number) => number
  /** What was done to a column that is constant in the fitted rows; null if it is not constant there. */
  readonly flat: string | null
}

/** Robust scaling never exceeds this magnitude. */
const clip = 3

/**
 * The scaling of one column, fitted on the rows of `fit` alone.
 *
 * - `false`: x.
 * - `true`: (x − mean) / SD. A constant column is only centered.
 * - `robust`: z = (x − median) / (upper − lower quartile), then z / √(1 + (z/3)²), which is z near 0 and stays within ±3: an
 *   outlier keeps its sign and loses its weight. If the quartiles are equal, half of the range stands in for their distance;
 *   a constant column becomes 0 (RealMLP: Holzmüller et al., 2024, arXiv 2407.04491).
 * - `quantile`: the normal score of the value's rank, so that any distribution becomes a standard normal one.
 */
export function scalingOf(standardize: Standardize, at: (row: number) => number, fit: Int32Array): Scaling {
  const fitted = fittedScaling(standardize, at, fit)
  return { fitted, apply: scaledBy(fitted), flat: flatnessOf(fitted) }
}

function fittedScaling(standardize: Standardize, at: (row: number) => number, fit: Int32Array): FittedScaling {
  if (standardize === false) return { kind: 'none' }
  if (standardize === 'robust') return robust(Float64Array.from(fit, at).sort())
  if (standardize === 'quantile') return byQuantiles(Float64Array.from(fit, at).sort())
  const { mean, sd } = moments(at, fit)
  return { kind: 'standardize', mean, sd }
}

/** The function of a fitted scaling. */
export function scaledBy(fitted: FittedScaling): Scaling['apply'] {
  switch (fitted.kind) {
    case 'none':
      return (value) => value
    case 'standardize': {
      const divisor = fitted.sd === 0 ? 1 : fitted.sd
      return (value) => (value - fitted.mean) / divisor
    }
    case 'robust':
      return (value) => softlyClipped((value - fitted.median) / fitted.range)
    case 'quantile':
      return normalScore(fitted.quantiles)
    case 'zero':
      return () => 0
    default:
      return unreachable(fitted, 'scaling')
  }
}

function flatnessOf(fitted: FittedScaling): string | null {
  if (fitted.kind === 'zero') return 'set to 0'
  return fitted.kind === 'standardize' && fitted.sd === 0 ? 'centered but not scaled' : null
}

/** @param sorted values of the fitted rows, ascending */
function robust(sorted: Float64Array): FittedScaling {
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((p) => quantile(sorted, p)) as [number, number, number]
  const all = quantile(sorted, 1) - quantile(sorted, 0)
  if (!(all > 0)) return { kind: 'zero' }
  return { kind: 'robust', median, range: upper > lower ? upper - lower : all / 2 }
}

function softlyClipped(z: number): number {
  const share = z / clip
  // Beyond that, 1 is lost in the sum, and the square may overflow.
  return Math.abs(share) > 1e9 ? clip * Math.sign(share) : z / Math.sqrt(1 + share * share)
}

/** Quantiles that are kept of a column; between them, ranks are interpolated. */
const mostQuantiles = 1000
/** Ranks closer to 0 or 1 than this have no score of their own, so scores stay within ±5.2. */
const least = 1e-7 - Number.EPSILON

/** @param sorted values of the fitted rows, ascending */
function byQuantiles(sorted: Float64Array): FittedScaling {
  if (sorted[0] === sorted.at(-1)) return { kind: 'zero' }
  const count = Math.min(mostQuantiles, sorted.length)
  // Between equal rows, rounding must not make unequal quantiles.
  const quantiles =
    count === sorted.length ? [...sorted] : Array.from({ length: count }, (_, i) => quantile(sorted, i / (count - 1)))
  return { kind: 'quantile', quantiles }
}

/**
 * The normal score of a rank, interpolated between quantiles, as scikit-learn's QuantileTransformer computes it with
 * `output_distribution='normal'`. Equal values have the mean of their lowest and highest rank.
 */
function normalScore(quantiles: readonly number[]): Scaling['apply'] {
  const places = Float64Array.from(quantiles)
  return (value) => {
    const rank = value - 1e-7 < (places[0] ?? NaN) ? 0 : value + 1e-7 > (places.at(-1) ?? NaN) ? 1 : rankIn(places, value)
    return normalQuantile(Math.min(Math.max(rank, least), 1 - least), 0, 1)
  }
}

/** The place of a value among ascending quantiles, from 0 to 1: the mean of the ranks from below and from above. */
function rankIn(places: Float64Array, value: number): number {
  const [last, above] = [count(places, (place) => place < value), count(places, (place) => place <= value)]
  const between = (from: number): number => {
    const [low, high] = [places[from - 1] ?? NaN, places[from] ?? NaN]
    return from - 1 + (value - low) / (high - low)
  }
  // One of the quantiles equals the value, or none does.
  const rank = above > last ? (last + above - 1) / 2 : between(last)
  return rank / (places.length - 1)
}

/** How many of ascending numbers, from the first on, meet a condition that no later one meets once one does not. */
function count(ascending: Float64Array, meets: (value: number) => boolean): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (meets(ascending[middle] ?? NaN)) low = middle + 1
    else high = middle
  }
  return low
}

/** Linear interpolation between order statistics, as `numpy.quantile` does. */
function quantile(sorted: Float64Array, p: number): number {
  const place = (sorted.length - 1) * p
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN]
  return below + (above - below) * (place - Math.floor(place))
}
