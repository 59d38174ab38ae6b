import { differences, numberAt } from '../base/numbers.ts'
import { median, medianFilter } from '../stats/describe.ts'

/** Converts the median absolute deviation of normal data into their standard deviation. */
const normal = 1.4826

/** Standard deviation of normal data from their median absolute deviation; outliers have no effect. NaN for no values. */
export function robustSd(values: readonly number[]): number {
  const centre = median(values)
  return normal * median(values.map((v) => Math.abs(v - centre)))
}

/**
 * Noise of one value around a slowly changing trend, from second differences, in which any straight line cancels: Var(a − 2b
 * + c) = 6 σ² (Gasser, Sroka and Jennen-Steinmetz, 1986). 0 for fewer than three values.
 */
export function noiseAround(values: readonly number[]): number {
  if (values.length < 3) return 0
  const second = values.slice(2).map((v, i) => v - 2 * numberAt(values, i + 1) + numberAt(values, i))
  return (normal * median(second.map(Math.abs))) / Math.sqrt(6)
}

/** Values minus their centered running median of five: what is left without the trend. */
export function detrended(values: readonly number[]): number[] {
  return differences(values, medianFilter(values, 5))
}

/** A slope and its two-sided 95 % interval, in units of the value over the whole stretch. */
export interface Slope {
  readonly change: number
  readonly lower: number
  readonly upper: number
}

/**
 * Theil's slope, the median of the slopes of all pairs, with Sen's interval (1968): one wild value in four moves neither.
 * Given as the change over the stretch. At most `blocks` points are compared, each the median of a block. Null for fewer
 * than four. Oracle: `scipy.stats.theilslopes`.
 */
export function robustSlope(values: readonly number[], blocks = 40): Slope | null {
  const points = blockMedians(values, blocks)
  const n = points.length
  if (n < 4) return null
  const slopes: number[] = []
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) slopes.push((numberAt(points, j) - numberAt(points, i)) / (j - i))
  slopes.sort((a, b) => a - b)
  const reach = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  const [low, high] = [Math.round((slopes.length - reach) / 2) - 1, Math.round((slopes.length + reach) / 2)]
  const at = (place: number): number => numberAt(slopes, Math.min(Math.max(place, 0), slopes.length - 1))
  return { change: median(slopes) * (n - 1), lower: at(low) * (n - 1), upper: at(high) * (n - 1) }
}

/** At most `count` medians of equal stretches, in order. */
export function blockMedians(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values]
  return Array.from({ length: count }, (_, b) =>
    median(values.slice(Math.floor((b * values.length) / count), Math.floor(((b + 1) * values.length) / count))),
  )
}
