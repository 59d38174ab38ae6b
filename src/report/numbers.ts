import type { DataFacts } from '../records/plan.ts'
import { higherIsBetter, type MetricName } from '../records/metrics.ts'

/** A number for people: four significant digits, with a true minus sign that no line break separates from it. */
export function short(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? 'infinite' : '−infinite'
  return String(Number(value.toPrecision(digits))).replaceAll('-', '−')
}

/** `0.9731 ± 0.0031`: the SD with two significant digits, the mean with as many places; `–` if unknown. */
export function meanAndSd(mean: number | null, sd: number | null): string {
  if (mean === null) return '–'
  if (sd === null) return short(mean)
  const places = placesFor(sd)
  return places === null ? `${short(mean)} ± ${short(sd, 2)}` : `${fixed(mean, places)} ± ${fixed(sd, places)}`
}

/** Decimal places that show two significant digits of a size; null if a plain decimal number would be unreadable. */
function placesFor(size: number): number | null {
  const places = 1 - Math.floor(Math.log10(size))
  return Number.isFinite(places) && places <= 8 ? Math.max(0, places) : null
}

/** With this many decimal places, including trailing zeros, so that decimal points align in a table. */
export const fixed = (value: number, places: number): string => value.toFixed(places).replace('-', '−')

/** A gain and its interval, with as many digits as the interval's width justifies: `+0.0199`, `0.0170 to 0.0227`. */
export function gainAndInterval({
  value,
  lower,
  upper,
}: {
  readonly value: number
  readonly lower: number
  readonly upper: number
}): { readonly gain: string; readonly interval: string } {
  const places = placesFor((upper - lower) / 2)
  const text = (v: number): string => (places === null ? short(v, 3) : fixed(v, places))
  return { gain: value > 0 ? `+${text(value)}` : text(value), interval: `${text(lower)} to ${text(upper)}` }
}

/** A gain that always shows its sign: `+0.0123`. */
export const gainText = (value: number, digits = 4): string =>
  value > 0 ? `+${short(value, digits)}` : short(value, digits)

/** 12,345 */
export const whole = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')

export const percent = (share: number): string => `${short(share * 100, 3)} %`

/** `step 120 of 340`: how far a run is; `of` is null if nobody knows how many there will be. */
export const stepsText = ({ step, of }: { readonly step: number; readonly of: number | null }): string =>
  `step ${step}${of === null ? '' : ` of ${of}`}`

/** `3 seeds`, `1 seed`. */
export const plural = (count: number, noun: string): string => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`

/** `all 1,797`, or how many of them if outputs were kept of fewer rows. */
export const sampleText = (rows: number, all: number): string =>
  rows < all ? `an evenly spaced sample of ${whole(rows)} of ${whole(all)}` : `all ${whole(all)}`

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${short(seconds, 2)} s`
  const s = Math.round(seconds)
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
}

/** Linear interpolation between order statistics; the values need not be sorted, and there is at least one. */
export function quantileOf(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort()
  const place = (sorted.length - 1) * p
  const below = sorted[Math.floor(place)] ?? NaN
  const above = sorted[Math.ceil(place)] ?? NaN
  return below === above ? below : below + (place - Math.floor(place)) * (above - below)
}

export const meanOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length

/** `higher is better` or `lower is better`. */
export const directionOf = (metric: MetricName): string => (higherIsBetter(metric) ? 'higher is better' : 'lower is better')

/** The rows as a training script counts them; it need not say. */
export const scriptRows = ({ rows }: Pick<DataFacts, 'rows'>): string =>
  rows.train === 0
    ? 'A training script, which does not say how many rows it has.'
    : `A training script: ${rowsText({ rows })}.`

/** How the rows were split. */
export const rowsText = ({ rows }: Pick<DataFacts, 'rows'>): string =>
  `${whole(rows.train)} training, ${whole(rows.validation)} validation and ${whole(rows.test)} test rows`
