import { listed } from '../../base/lists.ts'
import { didYouMean } from '../../base/diagnostics.ts'
import { parseJson, type JsonProblem } from '../../base/json.ts'
import type { ColumnBuilder, Want } from '../column.ts'
import { Gauge } from '../gauge.ts'
import { fail, Problems } from '../problems.ts'
import type { Problem } from '../problems.ts'
import type { Source } from '../source.ts'
import { builders, finish } from '../table.ts'
import type { OpenTable, Table } from '../table.ts'
import { type Line, linesOf, requireNames, requireText } from '../text.ts'
import type { FormatDefinition } from './definition.ts'

type Cell = string | number | boolean | null | readonly string[]
type Row = readonly (readonly [string, unknown])[]

/**
 * One JSON object per line, all with the keys of the first one, in any order; or one array per line, with columns named 0,
 * 1, 2. Values are numbers, strings, booleans (read as the texts true and false) and null (missing).
 */
export const jsonl: FormatDefinition = {
  name: 'jsonl',
  endings: ['jsonl', 'ndjson'],
  summary: 'One JSON object per line, all with the same keys, or one array per line. `null` is a missing value.',
  isText: true,
  open: (source) => openRows(source, linesOf),
}

/** The rows of a file, each as a JSON text with its line. */
type RowTexts = (source: Source) => Iterable<Line>

/** A table whose rows are JSON objects with the same keys, or arrays. */
export function openRows(source: Source, texts: RowTexts): OpenTable {
  requireText(source)
  const { file } = source
  for (const { text, line } of texts(source)) {
    const row = parseRow(source, line, text)
    if ('code' in row) return fail(row)
    const names = row.entries.map(([name]) => name)
    const place = at(file, line, 0)
    if (names.length === 0) fail({ code: 'data/empty', message: 'the first row has no columns', at: place })
    requireNames(source, names)
    return {
      file,
      names,
      header: !row.array,
      delimiter: null,
      rowShape: null,
      target: null,
      ...nestedIn(source, texts, names),
      read: (wants) => readRows(source, texts, names, wants),
    }
  }
  return fail({ code: 'data/empty', message: `${file} has no rows` })
}

/** Rows in which a column may have no value before one says what it has. */
const rowsLookedAt = 100

/** The columns whose first value is a list of single values, and those whose first value is not a single one. */
function nestedIn(source: Source, texts: RowTexts, names: readonly string[]): Required<Pick<OpenTable, 'lists' | 'nested'>> {
  const found = new Map<string, unknown>()
  let looked = 0
  for (const { text, line } of texts(source)) {
    const row = looked++ < rowsLookedAt ? parseRow(source, line, text) : null
    if (row === null || 'code' in row) break
    for (const [name, value] of row.entries) if (value !== null && !found.has(name)) found.set(name, value)
    if (found.size >= names.length) break
  }
  const indices = (test: (value: unknown) => boolean): number[] =>
    names.flatMap((name, i) => (test(found.get(name)) ? [i] : []))
  return { lists: indices((value) => itemsOf(value) !== null), nested: indices((value) => typeof value === 'object') }
}

function readRows(source: Source, texts: RowTexts, names: readonly string[], wants: readonly Want[]): Table {
  const { file } = source
  const columns = builders(source, names, wants)
  const gauge = new Gauge(source, columns.filter((column) => column !== null).length)
  const indices = new Map(names.map((name, i) => [name, i]))
  const problems = new Problems()
  let rows = 0
  for (const { text, line } of texts(source)) {
    const row = parseRow(source, line, text)
    gauge.row('code' in row ? 1 : row.entries.length)
    const cells = 'code' in row ? row : arrange(file, line, row.entries, indices, columns)
    if ('code' in cells) problems.add(cells)
    else {
      rows++
      cells.forEach((cell, i) => push(columns[i] ?? null, cell, line))
    }
  }
  problems.throwIfAny()
  return finish(file, rows, columns)
}

function push(column: ColumnBuilder | null, cell: Cell, line: number): void {
  if (isList(cell)) column?.list(cell)
  else if (typeof cell === 'number') column?.number(cell, line)
  else column?.text(cell === null ? '' : String(cell), line)
}

const isList = (cell: Cell): cell is readonly string[] => Array.isArray(cell)

/** The items of a list of single values as texts, without null; null for any other value. */
function itemsOf(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.some((item) => typeof item === 'object' && item !== null)) return null
  return value.flatMap((item) => (item === null ? [] : [String(item)]))
}

/** Python writes NaN, which JSON does not have. */
const bare = /[:,[]\s*-?(?:NaN|Infinity)\s*[,}\]]/

const at = (file: string, line: number, index: number) => ({ file, line, column: index + 1 })

/** Values of a row are scalars, so anything deeper is rejected whatever it contains. */
const mostDepth = 8

function parseRow(
  { file, limits }: Source,
  line: number,
  text: string,
): { readonly entries: Row; readonly array: boolean } | Problem {
  const parsed = parseJson(text, { bytes: limits.record, depth: mostDepth, values: 2 * limits.columns })
  if (!parsed.ok) return refused(file, line, text, parsed.error)
  const { value } = parsed
  if (value !== null && typeof value === 'object') return { entries: Object.entries(value), array: Array.isArray(value) }
  const [found, allowed] = [text, 'an object or an array']
  return { code: 'data/json', message: 'the line is not a row', at: at(file, line, 0), found, allowed }
}

function refused(file: string, line: number, text: string, { kind, message, found, allowed }: JsonProblem): Problem {
  if (kind === 'not-json') {
    return {
      code: 'data/json',
      message: 'the line is not JSON',
      at: at(file, line, 0),
      found: message.replace('is not JSON: ', ''),
      hint: bare.test(text) ? 'write null for a missing value' : 'write one complete object for each row',
    }
  }
  return {
    code: 'data/json',
    message: `the line ${message}`,
    at: at(file, line, 0),
    ...(found ? { found } : {}),
    ...(allowed ? { allowed } : {}),
  }
}

/** The row's values in the order of the columns, or the first problem with it. What a column that is not read has is ignored. */
function arrange(
  file: string,
  line: number,
  row: Row,
  indices: ReadonlyMap<string, number>,
  columns: readonly (ColumnBuilder | null)[],
): Cell[] | Problem {
  const cells = new Array<Cell | undefined>(indices.size).fill(undefined)
  for (const [name, value] of row) {
    const index = indices.get(name)
    if (index === undefined) return unknownKey(file, line, name, [...indices.keys()])
    const column = columns[index]
    if (value === null || typeof value !== 'object')
      cells[index] = value as Cell // JSON has nothing else that is no object
    else if (!column) cells[index] = null
    else {
      const items = column.takesLists ? itemsOf(value) : null
      if (!items) return nested(at(file, line, index), name)
      cells[index] = items
    }
  }
  const gap = cells.indexOf(undefined)
  if (gap < 0) return cells as Cell[] // every place is filled
  const name = [...indices.keys()][gap] ?? ''
  return { code: 'data/ragged', message: `the row has no "${name}", but the first row has it`, at: at(file, line, gap) }
}

function nested(place: ReturnType<typeof at>, name: string): Problem {
  return {
    code: 'data/nested',
    message: `"${name}" is not a single value`,
    at: place,
    found: 'an array or an object',
    allowed: 'a number, a string, true, false',
    hint: 'use one key per value, or an npz file for arrays',
  }
}

function unknownKey(file: string, line: number, name: string, names: readonly string[]): Problem {
  const meant = didYouMean(name, names)
  return {
    code: 'data/ragged',
    message: 'the row has a key that the first row does not have',
    at: at(file, line, 0),
    found: name,
    allowed: listed(names),
    ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }),
  }
}
