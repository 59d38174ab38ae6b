import { listed } from '../base/lists.ts'
import type { Column } from './column.ts'
import { unreachable } from '../base/result.ts'
import { counted, fail } from './problems.ts'

/** How missing inputs are filled in. Everything is fitted on the training rows. */
export interface MissingConfig {
  /**
   * - `median`: numbers by the median, categories by the most frequent one.
   * - `most-frequent`: both by the most frequent value; the smallest of several.
   * - `constant`: numbers by `fill`; for categories, missing is a category of its own.
   * - `indicator`: numbers by the median, with one more input per column that has missing values, 1 where it is missing; for
   *   categories, missing is a category of its own.
   */
  readonly strategy: MissingStrategy
  /** Texts that mean "no value", besides the empty cell and the usual words. */
  readonly values: readonly string[]
  /** What `constant` writes in place of a missing number, in units of the column. */
  readonly fill: number
}

export type MissingStrategy = 'median' | 'most-frequent' | 'constant' | 'indicator'

/** Whether a missing category is a category of its own. */
export const isOwnCategory = ({ strategy }: MissingConfig): boolean => strategy === 'constant' || strategy === 'indicator'

/** A column of numbers without gaps. */
export interface FilledNumbers {
  readonly at: (row: number) => number
  /** What stands in for a missing value. */
  readonly filler: number
  /** Whether the column gets an indicator: 1 where a value is missing. */
  readonly indicator: boolean
  /** `Age (177, median 28)`; null if nothing is missing. */
  readonly note: string | null
}

/** Fills in the missing values of a numeric column. Its `at` is NaN where a value is missing. */
export function filledNumbers(config: MissingConfig, column: Column, train: Int32Array): FilledNumbers {
  const present = Float64Array.from(train, column.at)
    .filter((value) => !Number.isNaN(value))
    .sort()
  if (present.length === 0) noValues(column.name)
  const { strategy } = config
  const [what, filler] = fillerOf(config, present)
  const at = (row: number): number => {
    const value = column.at(row)
    return Number.isNaN(value) ? filler : value
  }
  const { missing } = column.badCount
  const note =
    missing === 0 ? null : `${column.name} (${missing.toLocaleString('en')}, ${what} ${Number(filler.toPrecision(6))})`
  return { at, filler, indicator: strategy === 'indicator' && missing > 0, note }
}

function fillerOf({ strategy, fill }: MissingConfig, sorted: Float64Array): readonly [what: string, value: number] {
  switch (strategy) {
    case 'constant':
      return ['constant', fill]
    case 'most-frequent':
      return ['most frequent', mostFrequent(sorted)]
    case 'median':
    case 'indicator':
      return ['median', median(sorted)]
    default:
      return unreachable(strategy, 'strategy')
  }
}

const median = (sorted: Float64Array): number =>
  ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2

/** The smallest of the most frequent values, as scikit-learn's SimpleImputer takes it. */
export function mostFrequent(sorted: ArrayLike<number>): number {
  let [best, most] = [NaN, 0]
  for (let start = 0; start < sorted.length; ) {
    let end = start
    while (end < sorted.length && sorted[end] === sorted[start]) end++
    if (end - start > most) [best, most] = [sorted[start] ?? NaN, end - start]
    start = end
  }
  return best
}

/** The training rows must show what to fill in. */
export function noValues(name: string): never {
  return fail({
    code: 'data/empty-column',
    message: `column "${name}" has no values in the training rows, so nothing can be filled in`,
    hint: 'leave it out, or use more rows',
  })
}

/** One sentence about all columns with missing values. */
export const missingNote = (columns: readonly string[]): string =>
  `missing values filled in ${counted(columns.length, 'column')}: ${listed(columns)}`
