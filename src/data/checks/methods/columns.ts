import { stream } from '../../../base/random.ts'
import { tokensOf } from '../../token-ids.ts'
import type { Dataset } from '../../types.ts'

/** A column before encoding: one input, or the adjacent inputs of one one-hot encoding. */
export interface CheckedColumn {
  readonly name: string
  readonly first: number
  /** Number of inputs it uses; 1 for a number, the number of levels for a one-hot encoding. */
  readonly width: number
}

/**
 * The data set's columns. Adjacent inputs named `column=level` are one column if each row has a single 1 and otherwise
 * zeros. Texts are none: a position of a text means nothing by itself.
 */
export function columnsOf(dataset: Dataset): CheckedColumn[] {
  const { features } = dataset
  const columns: CheckedColumn[] = []
  for (let first = tokensOf(dataset); first < features.length; ) {
    const name = features[first] ?? ''
    const prefix = name.slice(0, name.indexOf('=') + 1)
    let width = 1
    if (prefix !== '') while (features[first + width]?.startsWith(prefix)) width++
    if (width > 1 && isOneHot(dataset, first, width)) columns.push({ name: prefix.slice(0, -1), first, width })
    else for (let i = 0; i < width; i++) columns.push({ name: features[first + i] ?? '', first: first + i, width: 1 })
    first += width
  }
  return columns
}

function isOneHot({ inputs, features, targets }: Dataset, first: number, width: number): boolean {
  for (let row = 0; row < targets.length; row++) {
    let ones = 0
    for (let i = first; i < first + width; i++) {
      const value = inputs[row * features.length + i]
      if (value === 1) ones++
      else if (value !== 0) return false
    }
    if (ones !== 1) return false
  }
  return true
}

/** The column's values at `rows`: the number itself, or the level's index. */
export function valuesOf({ inputs, features }: Dataset, { first, width }: CheckedColumn, rows: Int32Array): Float32Array {
  return Float32Array.from(rows, (row) => {
    const at = row * features.length + first
    return width === 1 ? (inputs[at] ?? 0) : inputs.subarray(at, at + width).indexOf(1)
  })
}

/** At most `most` of the rows, in random order. The draw depends only on the purpose and the number of rows. */
export function sampled(rows: Int32Array, most: number, purpose: string): Int32Array {
  const random = stream(0, 'checks', purpose)
  const drawn = rows.slice()
  const n = Math.min(most, rows.length)
  for (let i = 0; i < n; i++) {
    const j = i + random.integer(rows.length - i)
    const kept = drawn[i] ?? 0
    drawn[i] = drawn[j] ?? 0
    drawn[j] = kept
  }
  return drawn.subarray(0, n)
}

/** Every row of the data set. */
export const allRows = ({ targets }: Dataset): Int32Array => Int32Array.from(targets.keys())
