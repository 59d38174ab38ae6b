import type { Column } from './column.ts'
import { counted, fail } from './problems.ts'
import type { Roles } from './roles.ts'
import type { Table } from './table.ts'
import { sortedLevels } from './targets.ts'
import type { DataConfig, SegmentColumn } from './types.ts'

/** Nobody compares more groups than this. */
const mostLevels = 50

/** The segment of rows without a value. */
const noValue = '(no value)'

/**
 * The columns whose values divide the rows into segments, for gates that judge each of them. They need not be inputs.
 *
 * @throws InputError if a column has more than 50 different values, or the text that names rows without a value
 */
export const segmentColumns = (
  { segments: names = [] }: Pick<DataConfig, 'segments'>,
  table: Table,
  roles: Pick<Roles, 'segments'>,
): SegmentColumn[] =>
  names.map((name, i) => {
    const index = roles.segments[i] ?? -1
    const column = table.columns[index]
    if (!column) throw new Error(`column ${index} was not read`)
    const valueOf = valuesOf(column)
    const found = new Set<string>()
    for (let row = 0; row < table.rows; row++) {
      found.add(valueOf(row))
      if (found.size > mostLevels) return tooMany(column)
    }
    const levels = sortedLevels([...found].filter((level) => level !== noValue))
    if (found.has(noValue)) levels.push(noValue)
    const place = new Map(levels.map((level, i) => [level, i]))
    const codes = Int32Array.from({ length: table.rows }, (_, row) => place.get(valueOf(row)) ?? 0)
    return { name, levels, codes }
  })

function valuesOf(column: Column): (row: number) => string {
  const { isText, codes, levels, at } = column
  if (!isText) return (row) => (Number.isNaN(at(row)) ? noValue : String(at(row)))
  if (!codes || !levels) return tooMany(column)
  if (levels.includes(noValue)) return ambiguous(column)
  return (row) => levels[codes[row] ?? -1] || noValue
}

const tooMany = ({ name }: Column): never =>
  fail({
    code: 'data/segments',
    message: `each value of the column "${name}" would be a segment, and it has too many`,
    allowed: counted(mostLevels, 'value'),
    hint: 'add a column with a few groups, such as age bands, and name it under segments',
  })

const ambiguous = ({ name }: Column): never =>
  fail({
    code: 'data/segments',
    message: `the column "${name}" has the text "${noValue}", which names the segment of rows without a value`,
    found: noValue,
    allowed: 'any other text, or an empty cell',
    hint: 'leave these cells empty, or give them another name',
  })
