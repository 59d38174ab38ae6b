import { listed } from '../../base/lists.ts'
import type { ColumnBuilder } from '../column.ts'
import { fail } from '../problems.ts'
import type { Source } from '../source.ts'

/** Throws if a column that is needed has lists or structures in place of values; `nested` has the names of those. */
export function requireFlat({ file }: Source, nested: readonly string[]): void {
  if (nested.length === 0) return
  fail({
    code: 'data/nested',
    message: `${file} has columns of lists or structures, which cannot be used`,
    found: listed(nested),
    hint:
      'list the columns to use under data.inputs, or write one column per value; a column of lists of labels can be the target: ' +
      '{ labels: NAME }',
  })
}

/** An item of a list as a text; nothing for a missing value. */
function itemOf(item: unknown): string[] {
  if (item === null || item === undefined || Number.isNaN(item)) return []
  return [item instanceof Date ? item.toISOString() : String(item)]
}

/**
 * One more value of a column in a binary format. Null, undefined, NaN and invalid dates are missing values; dates become
 * texts in ISO 8601, booleans `true` and `false`, and bytes hexadecimal texts. Integers that a double cannot hold keep their
 * digits as text. A list is one cell, if the column takes lists.
 */
export function pushValue(column: ColumnBuilder, value: unknown, line: number): void {
  if (typeof value === 'number') {
    if (Number.isNaN(value)) column.text('', line)
    else column.number(value, line)
  } else if (typeof value === 'bigint') {
    const number = Number(value)
    if (Number.isSafeInteger(number)) column.number(number, line)
    else column.text(String(value), line)
  } else if (typeof value === 'string') column.text(value, line, true)
  else if (value === null || value === undefined) column.text('', line)
  else if (typeof value === 'boolean') column.text(String(value), line)
  else if (value instanceof Date) column.text(Number.isNaN(value.getTime()) ? '' : value.toISOString(), line)
  else if (value instanceof Uint8Array) column.text(Buffer.from(value).toString('hex'), line)
  else if (Array.isArray(value)) column.list(value.flatMap(itemOf))
  else column.text(JSON.stringify(value) ?? '', line)
}
