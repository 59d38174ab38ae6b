import type { FileMetaData, RowGroup, SchemaElement, SchemaTree } from 'hyparquet'
import { parquetMetadata, parquetSchema } from 'hyparquet'
import { InputError } from '../../../base/diagnostics.ts'
import type { ColumnBuilder, Want } from '../../column.ts'
import { requireSize } from '../../gauge.ts'
import { fail } from '../../problems.ts'
import type { Source } from '../../source.ts'
import { builders, finish, type OpenTable, type Table } from '../../table.ts'
import { requireNames } from '../../text.ts'
import { pushValue, requireFlat } from '../values.ts'
import { listPath, listsOf } from './lists.ts'
import { valuesOf } from './pages.ts'
import { requireSoundStruct } from './thrift.ts'

/** No table within the limits has more metadata. */
const mostMetadata = 32 * 2 ** 20
const magic = 'PAR1'

export function open(source: Source): OpenTable {
  const meta = readable(source, () => metadataOf(source))
  const schema = readable(source, () => parquetSchema(meta))
  const columns = schema.children
  const names = columns.map(({ element }) => element.name)
  requireNames(source, names)
  const rows = meta.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  if (!Number.isSafeInteger(rows) || rows < 0 || meta.row_groups.some(({ num_rows }) => num_rows < 0)) {
    return refuse(source, `${rows} rows`)
  }
  requireSize(source, rows, columns.length)
  return {
    file: source.file,
    names,
    header: true,
    delimiter: null,
    rowShape: null,
    target: null,
    lists: [...columns.keys()].filter((i) => columns[i] && listPath(columns[i]) !== undefined),
    nested: [...columns.keys()].filter((i) => columns[i] && isNested(columns[i])),
    read: (wants) => readColumns(source, meta, schema, rows, wants),
  }
}

function metadataOf({ bytes }: Source): FileMetaData {
  const { length } = bytes
  const magics = length < 12 ? [] : [bytes.toString('latin1', 0, 4), bytes.toString('latin1', length - 4)]
  if (magics[1] === 'PARE') throw new Error('it is encrypted')
  if (magics[0] !== magic || magics[1] !== magic) throw new Error('it does not begin and end with PAR1')
  const size = bytes.readUInt32LE(length - 8)
  if (size > Math.min(mostMetadata, length - 12)) throw new Error(`it states ${size} bytes of metadata`)
  requireSoundStruct(bytes.subarray(0, length - 8), length - 8 - size)
  return parquetMetadata(bytes, { geoparquet: false })
}

function readColumns(source: Source, meta: FileMetaData, schema: SchemaTree, rows: number, wants: readonly Want[]): Table {
  const columns = schema.children
  const built = builders(
    source,
    columns.map(({ element }) => element.name),
    wants,
  )
  requireFlat(
    source,
    columns.filter((column, i) => built[i] && !isReadable(column, built[i])).map(({ element }) => element.name),
  )
  columns.forEach((column, i) => {
    const builder = built[i]
    if (!builder) return
    source.watch.look()
    const path = [schema, ...(listPath(column) ?? [column])]
    readable(source, () => fill(source, meta.row_groups, path, builder))
  })
  return finish(source.file, rows, built)
}

const isNested = ({ element, children }: SchemaTree): boolean =>
  children.length > 0 || element.repetition_type === 'REPEATED'

const isReadable = (column: SchemaTree, builder: ColumnBuilder): boolean =>
  !isNested(column) || (builder.takesLists && listPath(column) !== undefined)

/** Reads one column. Its rows are counted from 1. */
function fill(
  { bytes, limits, watch }: Source,
  groups: readonly RowGroup[],
  path: readonly SchemaTree[],
  to: ColumnBuilder,
) {
  const element = path.at(-1)?.element
  const place = path.slice(1).map((one) => one.element.name)
  const [low, high] = (element && rangeOf(element)) ?? [-Infinity, Infinity]
  const isOutside = (value: unknown): boolean => typeof value === 'number' && (value < low || value > high)
  let line = 1
  for (const { columns, num_rows } of groups) {
    const chunk = columns.find(({ meta_data }) => meta_data?.path_in_schema.join('\n') === place.join('\n'))
    if (!chunk?.meta_data || chunk.file_path !== undefined) throw new Error(`it does not hold the column ${place[0]}`)
    const found = { bytes, meta: chunk.meta_data, path, rows: Number(num_rows) }
    const pages = path.length > 2 || element?.repetition_type === 'REPEATED' ? listsOf : valuesOf
    for (const values of pages(found, limits.memory / 8)) {
      watch.look()
      for (const value of values) {
        // Readers differ in what they make of it.
        if (Array.isArray(value) ? value.some(isOutside) : isOutside(value))
          throw new Error(`a value lies outside of its type: ${value}`)
        pushValue(to, value, line++)
      }
    }
  }
}

/** The range of integers that are stored with more bits than they have; undefined for other columns. */
function rangeOf({ converted_type, logical_type }: SchemaElement): readonly [low: number, high: number] | undefined {
  const [, unsigned, named] = /^(U?)INT_(8|16)$/.exec(converted_type ?? '') ?? []
  const own = logical_type?.type === 'INTEGER' && logical_type.bitWidth <= 16 ? logical_type : undefined
  const width = own?.bitWidth ?? Number(named)
  if (Number.isNaN(width)) return undefined
  const isSigned = own?.isSigned ?? unsigned === ''
  return isSigned ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1]
}

function refuse({ file }: Source, found: string): never {
  return fail({
    code: 'data/parquet',
    message: `${file} is not a readable Parquet file`,
    found: found.slice(0, 300),
    hint: 'write it again, for example with pandas: df.to_parquet(path)',
  })
}

/** Reports what the library throws as a problem of the file. */
function readable<T>(source: Source, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error
    // The library checks little: a value of the wrong type ends in an error of JavaScript.
    const isOwn = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
    return refuse(source, isOwn ? 'it is damaged' : error.message)
  }
}
