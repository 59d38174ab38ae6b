import type { Column } from './column.ts'
import type { Roles } from './roles.ts'
import { encodeLevels, sortedLevels } from './targets.ts'
import type { Limits } from './source.ts'
import type { Table } from './table.ts'
import type { DataConfig, KeyColumn } from './types.ts'

/** Number of columns examined; wide tables contain measurements. */
const MOST = 24
/** A column with fewer different values than this is a category, and every part of a split contains all of them. */
const FEWEST = 10

/**
 * The columns that may say which rows belong together, with one code per row: the declared group, and other columns whose
 * values, texts or integers, are numerous and repeat. Arrays have none: a gray level is no name. Neither has a column of
 * texts.
 */
export function keyColumns(config: DataConfig, table: Table, roles: Roles, limits: Limits): KeyColumn[] {
  const group = roles.group === null ? null : table.columns[roles.group]
  const codes = group && encodeLevels(group, limits.levels).codes
  const declared = group && codes ? [{ name: group.name, codes, ordered: false, declared: true }] : []
  if (roles.whole || roles.text !== null || config.inputs.kind === 'array') return declared
  const others = table.columns.flatMap((column, i) =>
    column && !roles.targets.includes(i) && i !== roles.group && i !== roles.weight && i !== roles.time ? [column] : [],
  )
  const keys: KeyColumn[] = []
  for (const column of others) {
    if (keys.length === MOST) break
    const key = keyOf(column, table.rows)
    if (key) keys.push(key)
  }
  return [...declared, ...keys]
}

function keyOf(column: Column, rows: number): KeyColumn | undefined {
  const isKey = (levels: number): boolean => levels >= FEWEST && levels <= rows / 2
  if (column.levels && !isKey(column.levels.length)) return undefined
  const found = column.isText ? ofTexts(column) : ofNumbers(column, rows)
  if (!found || !isKey(found.levels)) return undefined
  return { name: column.name, codes: found.codes, ordered: found.ordered, declared: false }
}

interface Codes {
  readonly codes: Int32Array
  readonly levels: number
  /** Whether adjacent codes are adjacent numbers. */
  readonly ordered: boolean
}

/** Texts that are integers, such as "017", are ordered as well. */
function ofTexts({ codes, levels }: Column): Codes | undefined {
  if (!codes || !levels) return undefined
  const place = new Map(sortedLevels(levels).map((level, i) => [level, i]))
  const moved = Int32Array.from(levels, (level) => place.get(level) ?? 0)
  const ordered = levels.every((level) => /^-?\d+$/.test(level))
  return { codes: codes.map((code) => moved[code] ?? 0), levels: levels.length, ordered }
}

/**
 * Undefined if a number is not an integer, or if more values than half of the rows are different: then they do not name
 * groups.
 */
function ofNumbers({ at }: Column, rows: number): Codes | undefined {
  let low = Infinity
  let high = -Infinity
  for (let row = 0; row < rows; row++) {
    const value = at(row)
    if (!Number.isInteger(value)) return undefined
    if (value < low) low = value
    if (value > high) high = value
  }
  return high - low < densest * rows ? ofDense(at, rows, low, high - low + 1) : ofSparse(at, rows)
}

/** A table of all numbers in the range is worth its memory up to this many per row. */
const densest = 4

function ofDense(at: Column['at'], rows: number, low: number, range: number): Codes | undefined {
  const places = new Int32Array(range)
  for (let row = 0; row < rows; row++) places[at(row) - low] = 1
  let levels = 0
  for (let i = 0; i < range; i++) if (places[i] === 1) places[i] = levels++
  if (levels > rows / 2) return undefined
  const codes = new Int32Array(rows)
  for (let row = 0; row < rows; row++) codes[row] = places[at(row) - low] ?? 0
  return { codes, levels, ordered: true }
}

function ofSparse(at: Column['at'], rows: number): Codes | undefined {
  const seen = new Set<number>()
  for (let row = 0; row < rows; row++) if (seen.add(at(row)).size > rows / 2) return undefined
  const place = new Map([...seen].sort((a, b) => a - b).map((value, i) => [value, i]))
  return { codes: Int32Array.from({ length: rows }, (_, row) => place.get(at(row)) ?? 0), levels: seen.size, ordered: true }
}
