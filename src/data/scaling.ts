import { moments } from './moments.ts'

/** How numeric inputs are scaled: not at all, by mean and SD, or robustly. */
export type Standardize = boolean | 'robust'

export interface Scaling {
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
 */
export function scalingOf(standardize: Standardize, at: (row: number) => number, fit: Int32Array): Scaling {
  if (standardize === false) return { apply: (value) => value, flat: null }
  if (standardize === 'robust') return robust(Float64Array.from(fit, at).sort())
  const { mean, sd } = moments(at, fit)
  const divisor = sd === 0 ? 1 : sd
  return { apply: (value) => (value - mean) / divisor, flat: sd === 0 ? 'centered but not scaled' : null }
}

/** @param sorted values of the fitted rows, ascending */
function robust(sorted: Float64Array): Scaling {
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((p) => quantile(sorted, p)) as [number, number, number]
  const range = quantile(sorted, 1) - quantile(sorted, 0)
  if (!(range > 0)) return { apply: () => 0, flat: 'set to 0' }
  const divisor = upper > lower ? upper - lower : range / 2
  const apply = (value: number): number => {
    const z = (value - median) / divisor
    const share = z / clip
    // Beyond that, 1 is lost in the sum, and the square may overflow.
    return Math.abs(share) > 1e9 ? clip * Math.sign(share) : z / Math.sqrt(1 + share * share)
  }
  return { apply, flat: null }
}

/** Linear interpolation between order statistics, as `numpy.quantile` does. */
function quantile(sorted: Float64Array, p: number): number {
  const place = (sorted.length - 1) * p
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN]
  return below + (above - below) * (place - Math.floor(place))
}
