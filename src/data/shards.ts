import { badKinds, noneBad } from './cells.ts'
import { keptTexts, type Column } from './column.ts'
import type { FormatDefinition } from './formats/definition.ts'
import { requireSize } from './gauge.ts'
import { fail } from './problems.ts'
import type { Source } from './source.ts'
import type { OpenTable, Table, TableUse } from './table.ts'
import { Texts } from './texts.ts'

/** One of several files with the same columns. */
export interface Shard {
  readonly file: string
  readonly bytes: Buffer
}

/** Reads several files of one format as one table, one below the other. */
export async function openShards(
  format: FormatDefinition,
  shards: readonly Shard[],
  source: Source,
  use: TableUse,
): Promise<OpenTable> {
  const opened: OpenTable[] = []
  for (const { file, bytes } of shards) opened.push(await format.open({ ...source, file, bytes }, use))
  const [first, ...rest] = opened
  if (!first) throw new Error('there is no file to open')
  for (const other of rest) requireSameColumns(first, other)
  return {
    ...first,
    file: source.file,
    read: (wants) =>
      joined(
        source,
        opened.map((one) => one.read(wants)),
      ),
  }
}

/** Throws an InputError if another file has other columns than the first. */
export function requireSameColumns(first: OpenTable, other: OpenTable): void {
  const at = first.names.findIndex((name, i) => other.names[i] !== name)
  if (at < 0 && first.names.length === other.names.length && first.header === other.header) return
  const column = at < 0 ? first.names.length : at
  fail({
    code: 'data/different-columns',
    message: `${other.file} does not have the columns of ${first.file}`,
    at: { file: other.file, line: 1, column: column + 1 },
    found: other.names[column] ?? 'no column',
    allowed: first.names[column] ?? 'no column',
  })
}

/** Tables with the same columns as one, one below the other. */
export function joined(source: Source, tables: readonly Table[]): Table {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  requireSize(source, rows, tables[0]?.columns.filter((column) => column !== null).length ?? 0)
  const texts = new Texts(source)
  const columns = (tables[0]?.columns ?? []).map((column, i) =>
    column === null ? null : joinedColumn(tables, i, column, rows, texts),
  )
  return { file: source.file, rows, counts: tables.map((table) => table.rows), columns }
}

function joinedColumn(tables: readonly Table[], index: number, first: Column, rows: number, texts: Texts): Column {
  const parts = tables.flatMap(({ file, rows: count, columns }) => {
    const column = columns[index]
    return column ? [{ file, count, column }] : []
  })
  const bad = parts.flatMap(({ file, column }) => column.bad.map((cell) => ({ file, ...cell })))
  const badCount = { ...noneBad }
  for (const { column } of parts) {
    for (const kind of badKinds) badCount[kind] += column.badCount[kind]
  }
  const { readAs } = first
  const common = { name: first.name, index, isText: first.isText, ...(readAs && { readAs }), bad, badCount }
  if (first.isText) return { ...common, at: () => NaN, ...joinedLevels(parts, first, rows, texts) }
  const numbers = new Float64Array(rows)
  let row = 0
  for (const { count, column } of parts) for (let i = 0; i < count; i++) numbers[row++] = column.at(i)
  return { ...common, at: (i) => numbers[i] ?? NaN, codes: null, levels: null, texts: [] }
}

function joinedLevels(
  parts: readonly { readonly column: Column }[],
  { name, readAs }: Pick<Column, 'name' | 'readAs'>,
  rows: number,
  texts: Texts,
): Pick<Column, 'codes' | 'levels' | 'texts'> {
  const levels = new Map<string, number>()
  const codes = new Int32Array(rows)
  const few = parts.flatMap(({ column }) => column.texts).slice(0, keptTexts)
  let row = 0
  for (const { column } of parts) {
    if (!column.codes || !column.levels) return { codes: null, levels: null, texts: few }
    const places = column.levels.map((level) => {
      const known = levels.get(level)
      if (known !== undefined) return known
      texts.keep(level, name)
      levels.set(level, levels.size)
      return levels.size - 1
    })
    for (const code of column.codes) codes[row++] = places[code] ?? -1
  }
  if (levels.size > texts.perColumn && readAs !== 'labels') return { codes: null, levels: null, texts: few }
  return { codes, levels: [...levels.keys()], texts: [...levels.keys()] }
}
