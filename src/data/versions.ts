import { createHash } from 'node:crypto'
import type { Column, Want } from './column.ts'
import { readUndecided } from './column-type.ts'
import { openData, type OpenedData } from './load.ts'
import { readData } from './part-files.ts'
import type { DataFile } from './read-source.ts'
import { LIMITS } from './source.ts'
import type { Table } from './table.ts'
import type { DataConfig, Splits } from './types.ts'

/** The columns that are compared between two versions. */
export interface Columns {
  readonly targets: readonly Column[]
  /** Null if there are no groups. */
  readonly group: Column | null
  readonly inputs: readonly Column[]
  /** Columns whose values are segments that gates judge. They may also be inputs. */
  readonly segments: readonly Column[]
}

export interface Row {
  /** Digest of inputs and group. */
  readonly inputs: string
  readonly target: string
  /** Null if there are no groups. */
  readonly group: string | null
  /** The value of each column of segments. */
  readonly segments: readonly string[]
}

export type Rows = { readonly [part in keyof Splits]: readonly Row[] }

/**
 * Opens one version of a data file. Levels are not counted here: every text is compared.
 *
 * @param source the file, if it was read before
 */
export const openVersion = async (config: DataConfig, source?: DataFile): Promise<OpenedData> =>
  openData(config, { ...(source ?? (await readData(config))), limits: { ...LIMITS, levels: Infinity } })

/** How a version is opened to be compared with its base: what counts as missing is up to the base. */
export const readAs = (base: DataConfig, { missing: _, ...own }: DataConfig): DataConfig => ({
  ...own,
  ...(base.missing && { missing: base.missing }),
})

/** The columns that a version uses, with all digits, since both versions are read the same way. */
export function usedColumns({ opened, roles }: OpenedData): { readonly table: Table; readonly columns: Columns } {
  const wants = roles.wants.map((want) => (want === 'single' ? 'double' : want))
  const table = readUndecided(opened, wants, roles.undecided)
  const at = (index: number): Column => given(table.columns[index])
  const inputs = [
    ...roles.numeric,
    ...roles.categorical,
    ...roles.undecided,
    ...(roles.text === null ? [] : [roles.text]),
  ].map(at)
  const group = roles.group === null ? null : at(roles.group)
  return { table, columns: { targets: roles.targets.map(at), group, inputs, segments: roles.segments.map(at) } }
}

/**
 * The columns of another version that play these roles, with inputs and segments matched by name and read the same way; or
 * the name of a missing column.
 */
export function sameColumns({ opened, roles }: OpenedData, { targets, group, inputs, segments }: Columns): Columns | string {
  const places = new Map(opened.names.map((name, i) => [name, i]))
  // By position, the change may mean another column.
  const targetsAt = roles.targets
  const missing = [...inputs, ...segments].find(({ name }) => !places.has(name))
  if (missing) return missing.name
  const pairs = [
    ...targets.flatMap((target, i) => (targetsAt[i] === undefined ? [] : [[target, targetsAt[i]] as const])),
    ...(group && roles.group !== null ? [[group, roles.group] as const] : []),
    ...[...segments, ...inputs].map((column) => [column, places.get(column.name) ?? -1] as const),
  ]
  const kinds = new Map(pairs.map(([column, index]) => [index, wantOf(column)] as const))
  const { columns } = opened.read(opened.names.map((_, i) => kinds.get(i) ?? 'skip'))
  const at = (index: number): Column => given(columns[index])
  return {
    targets: targetsAt.map(at),
    group: roles.group === null ? null : at(roles.group),
    inputs: inputs.map(({ name }) => at(places.get(name) ?? -1)),
    segments: segments.map(({ name }) => at(places.get(name) ?? -1)),
  }
}

/** The rows of each part, in the order of the split. */
export function rowsIn({ targets, group, inputs, segments }: Columns, splits: Splits): Rows {
  const numbers = inputs.filter((column) => !column.isText)
  const texts = [...inputs.filter((column) => column.isText), ...(group ? [group] : [])]
  const values = new Float64Array(numbers.length)
  const rowOf = (row: number): Row => {
    for (let i = 0; i < numbers.length; i++) values[i] = numbers[i]?.at(row) ?? NaN
    const words = JSON.stringify(texts.map((column) => cell(column, row)))
    const digest = createHash('sha256').update(values).update(words).digest('base64')
    return {
      inputs: digest,
      target: targets.map((target) => cell(target, row)).join('\n'),
      group: group && cell(group, row),
      segments: segments.map((column) => cell(column, row)),
    }
  }
  const part = (rows: Int32Array): Row[] => Array.from(rows, rowOf)
  return { train: part(splits.train), validation: part(splits.validation), test: part(splits.test) }
}

/** How to read a column as another was read. */
const wantOf = ({ isText, readAs }: Column): Want => (isText ? (readAs ?? 'text') : 'double')

const cell = ({ isText, codes, levels, at }: Column, row: number): string =>
  isText ? (levels?.[codes?.[row] ?? -1] ?? '') : String(at(row))

function given(column: Column | null | undefined): Column {
  if (!column) throw new Error('a column that has a part was not read')
  return column
}
