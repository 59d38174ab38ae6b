import { printable } from '../base/printable.ts'
import type { Measured } from '../records/gates.ts'
import { partName } from '../records/subsets.ts'
import { higherIsBetter, type MetricName } from '../records/metrics.ts'
import { rowShare, type RowError } from '../stats/crossed.ts'
import type { Interval } from '../stats/intervals.ts'
import { shown } from '../stats/outcome.ts'

export { shown }

/** `seed 3`, `seeds 3 and 17`, `seeds 3, 17 and 42`. */
export function seedList(seeds: readonly number[]): string {
  if (seeds.length === 1) return `seed ${seeds[0]}`
  return `seeds ${seeds.slice(0, -1).join(', ')} and ${seeds.at(-1)}`
}

/** `90 % interval 0.001 to 0.004`; negative bounds use a true minus sign. */
export function intervalWords(found: { readonly lower: number; readonly upper: number; readonly level: number }): string {
  return `${shown(found.level * 100)} % interval ${signed(found.lower)} to ${signed(found.upper)}`
}

/** For what an interval holds, beside other seeds. Without this, a reader takes the luck of these rows for the model's. */
export const holdsFor = (rows: RowError | undefined): string =>
  rows ? 'for other seeds and other rows' : 'for other seeds on these rows'

/** Where the width of an interval comes from; nothing if it holds on these rows alone. */
export function widthNotes(overSeeds: Interval, rows: RowError | undefined): string[] {
  if (rows === undefined) return []
  const percent = Math.round(100 * rowShare(overSeeds, rows))
  const seeds = 100 - percent
  return [
    `Of the variance behind this interval, ${percent} % comes from the choice of test rows and ${seeds} % from the seeds.`,
  ]
}

/** Four significant digits. The minus sign is typographic, so no line break separates it from its number. */
export const signed = (value: number): string => shown(value).replace('-', '−')

/** A limit in a few words: four significant digits, with typographic minus signs. */
export const limitWords = (value: number): string => shown(value).replaceAll('-', '−')

/** On which side of a level a metric is worse. */
export const worseSide = (metric: MetricName): 'below' | 'above' => (higherIsBetter(metric) ? 'below' : 'above')

export const timesBaseline = (ratio: number): string => `${limitWords(ratio)} times the baseline's`

export const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** `test accuracy`, or `test recall of "malignant"`. Names of classes and targets come from the data. */
export function measuredWords({ split, metric, ...part }: Measured): string {
  const named = partName(part)
  return `${split} ${metric}${named === undefined ? '' : ` of "${printable(named, 60)}"`}`
}

/** ` in each segment of site and sex`; nothing for a rule on all rows. */
export const segmentsWords = ({ segments }: Pick<Measured, 'segments'>): string =>
  segments ? ` in each segment of ${segments.map((name) => printable(name, 60)).join(' and ')}` : ''
