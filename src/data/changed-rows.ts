import { createHash } from 'node:crypto'
import type { Column } from './column.ts'
import { readUndecided } from './column-type.ts'
import { loadDataset } from './load.ts'
import { resolveRoles, type Roles } from './roles.ts'
import { LIMITS, readSource } from './source.ts'
import type { OpenTable } from './table.ts'
import type { DataConfig, Splits } from './types.ts'

/** How one part of the split differs from what it was, rows counted as often as they occur. */
export interface ChangedPart {
  readonly part: 'validation' | 'test'
  /** Rows that the part had. */
  readonly rows: number
  /** Of these, rows that are in no part any more, as they were. */
  readonly edited: number
  /** Of the edited, rows whose inputs are still there, with another target. */
  readonly relabelled: number
  /** Rows that are in another part of the split now. */
  readonly moved: number
  /** Rows that the part has more than before; negative where it has fewer. */
  readonly growth: number
}

/** Every part that is measured; or why rows could not be held against each other. */
export type RowComparison = { readonly parts: readonly ChangedPart[] } | { readonly notCompared: string }

/**
 * Compares the rows that are measured with those of another version of the data, as multisets of their contents: their order
 * does not count. A row is its inputs, its group and its target, in the columns that the earlier version uses.
 *
 * @param own the later version, as it was loaded with these splits
 */
export async function changedRows(base: DataConfig, own: DataConfig, splits: Splits): Promise<RowComparison> {
  const { splits: before } = await loadDataset(base)
  const columns = await usedColumns(base)
  const after = await sameColumns(own, columns)
  if (typeof after === 'string') return { notCompared: `the data of the change have no column "${after}"` }
  const [old, now] = [rowsIn(columns, before), rowsIn(after, splits)]
  return { parts: (['validation', 'test'] as const).map((part) => compared(part, old, now)) }
}

/** What is compared of a table. */
interface Columns {
  readonly target: Column
  /** Null where there are no groups. */
  readonly group: Column | null
  readonly inputs: readonly Column[]
}

interface Row {
  /** Digest of inputs and group. */
  readonly inputs: string
  readonly target: string
}

type Rows = { readonly [part in keyof Splits]: readonly Row[] }

async function usedColumns(config: DataConfig): Promise<Columns> {
  const { opened, roles } = await open(config)
  // As many digits as there are, since both versions are read alike.
  const wants = roles.wants.map((want) => (want === 'single' ? 'double' : want))
  const { columns } = readUndecided(opened, wants, roles.undecided)
  const at = (index: number): Column => given(columns[index])
  return {
    target: at(roles.target), group: roles.group === null ? null : at(roles.group),
    inputs: [...roles.numeric, ...roles.categorical, ...roles.undecided].map(at),
  }
}

/** The columns of another file that play these parts, inputs by their names, read alike; or the name of one that it lacks. */
async function sameColumns(config: DataConfig, { target, group, inputs }: Columns): Promise<Columns | string> {
  const { opened, roles } = await open(config)
  const places = new Map(opened.names.map((name, i) => [name, i]))
  // By its position the change may mean another column.
  const targetAt = roles.target
  const missing = inputs.find(({ name }) => !places.has(name))
  if (missing) return missing.name
  const pairs = [
    [target, targetAt] as const, ...(group && roles.group !== null ? [[group, roles.group] as const] : []),
    ...inputs.map((column) => [column, places.get(column.name) ?? -1] as const),
  ]
  const kinds = new Map(pairs.map(([{ isText }, index]) => [index, isText ? 'text' : 'double'] as const))
  const { columns } = opened.read(opened.names.map((_, i) => kinds.get(i) ?? 'skip'))
  const at = (index: number): Column => given(columns[index])
  return {
    target: at(targetAt), group: roles.group === null ? null : at(roles.group),
    inputs: inputs.map(({ name }) => at(places.get(name) ?? -1)),
  }
}

/** Levels are not counted here: every text is compared. */
async function open(config: DataConfig): Promise<{ readonly opened: OpenTable; readonly roles: Roles }> {
  const source = await readSource(config.source, { ...LIMITS, levels: Infinity })
  const opened = source.format.open(source, { header: config.header, target: config.target, groupBy: config.split.groupBy })
  return { opened, roles: resolveRoles(config, opened) }
}

function rowsIn({ target, group, inputs }: Columns, splits: Splits): Rows {
  const numbers = inputs.filter((column) => !column.isText)
  const texts = [...inputs.filter((column) => column.isText), ...(group ? [group] : [])]
  const values = new Float64Array(numbers.length)
  const rowOf = (row: number): Row => {
    for (let i = 0; i < numbers.length; i++) values[i] = numbers[i]?.at(row) ?? NaN
    const words = JSON.stringify(texts.map((column) => cell(column, row)))
    return { inputs: createHash('sha256').update(values).update(words).digest('base64'), target: cell(target, row) }
  }
  const part = (rows: Int32Array): Row[] => Array.from(rows, rowOf)
  return { train: part(splits.train), validation: part(splits.validation), test: part(splits.test) }
}

const cell = ({ isText, codes, levels, at }: Column, row: number): string =>
  (isText ? levels?.[codes?.[row] ?? -1] ?? '' : String(at(row)))

function compared(part: ChangedPart['part'], old: Rows, now: Rows): ChangedPart {
  const parts = ['train', 'validation', 'test'] as const
  const elsewhere = (rows: Rows): Row[] => parts.flatMap((p) => (p === part ? [] : rows[p]))
  const gone = without(old[part], now[part], content)
  const all = (rows: Rows): Row[] => [...rows[part], ...elsewhere(rows)]
  // Only what another part did not hold before has come from here.
  const edited = without(gone, without(elsewhere(now), elsewhere(old), content), content)
  // Another label can draw another split, so the row with it may be in any part.
  const added = without(all(now), all(old), content)
  const relabelled = edited.length - without(edited, added, ({ inputs }) => inputs).length
  return {
    part, rows: old[part].length, edited: edited.length, relabelled, moved: gone.length - edited.length,
    growth: now[part].length - old[part].length,
  }
}

const content = ({ inputs, target }: Row): string => `${inputs} ${target}`

/** Rows that are left once each of the others has taken one with an equal key away. */
function without(rows: readonly Row[], others: readonly Row[], key: (row: Row) => string): Row[] {
  const counts = new Map<string, number>()
  for (const row of others) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  return rows.filter((row) => {
    const left = counts.get(key(row)) ?? 0
    if (left > 0) counts.set(key(row), left - 1)
    return left === 0
  })
}

function given(column: Column | null | undefined): Column {
  if (!column) throw new Error('a column that has a part was not read')
  return column
}
