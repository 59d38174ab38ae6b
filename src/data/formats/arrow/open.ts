import {
  CompressionType,
  setCompressionCodec,
  tableFromIPC,
  Type,
  type Batch,
  type Column as ArrowColumn,
  type DataType,
  type DecimalType,
  type Table as ArrowTable,
} from '@uwdata/flechette'
import { InputError } from '../../../base/diagnostics.ts'
import type { ColumnBuilder, Want } from '../../column.ts'
import { requireSize } from '../../gauge.ts'
import { fail } from '../../problems.ts'
import type { Source } from '../../source.ts'
import { builders, finish, type OpenTable, type Table } from '../../table.ts'
import { requireNames } from '../../text.ts'
import { pushValue, requireFlat } from '../values.ts'
import { unpackZstd } from '../zstd.ts'
import { ArrowCheck } from './flatbuffer.ts'
import { unpackLz4Frame } from './lz4-frame.ts'
import { requireSoundBatch } from './sound-batch.ts'

/** Bytes that one buffer may have, unpacked. Set before a file is read, which takes no turns with another. */
let mostBytes = 0

function within(length: number, unpack: () => Uint8Array): Uint8Array {
  if (!(length >= 0 && length <= mostBytes)) throw new Error(`a buffer states ${length} bytes, more than ${mostBytes}`)
  const bytes = unpack()
  if (bytes.length !== length) throw new Error(`a buffer holds ${bytes.length} bytes and states ${length}`)
  return bytes
}

const encode = (): never => {
  throw new Error('nothing is written')
}
setCompressionCodec(CompressionType.LZ4_FRAME, {
  encode,
  decode: (packed, length) => within(length, () => unpackLz4Frame(packed, length)),
})
setCompressionCodec(CompressionType.ZSTD, {
  encode,
  decode: (packed, length) => within(length, () => unpackZstd(packed, length)),
})

const magic = 'ARROW1'

export function open(source: Source): OpenTable {
  const table = readable(source, () => tableOf(source))
  const { names, numRows: rows } = table
  requireNames(source, names)
  requireSize(source, rows, names.length)
  return {
    file: source.file,
    names,
    header: true,
    delimiter: null,
    rowShape: null,
    target: null,
    lists: [...names.keys()].filter((i) => isList(columnAt(table, i).type)),
    nested: [...names.keys()].filter((i) => nested.has(columnAt(table, i).type.typeId)),
    read: (wants) => readColumns(source, table, wants),
  }
}

function tableOf({ bytes, limits }: Source): ArrowTable {
  const [first, last] = [bytes.toString('latin1', 0, 6), bytes.toString('latin1', bytes.length - 6)]
  if (first.startsWith('FEA1')) throw new Error('it is Feather in its first version, which nothing but old programs write')
  // A copy begins at a multiple of eight bytes, and no other bytes lie around it.
  const whole = Uint8Array.from(bytes)
  if (first === magic && last !== magic) throw new Error('it does not end with ARROW1: it is cut short')
  const check = new ArrowCheck(whole, limits.rows)
  const messages = first === magic ? check.file() : check.stream()
  mostBytes = limits.memory / 8
  return tableFromIPC(messages, { useBigInt: true, useDate: true, useDecimalInt: true })
}

/** Types that hold other columns. */
const nested: ReadonlySet<number> = new Set([
  ...[Type.List, Type.Struct, Type.Union, Type.FixedSizeList, Type.Map],
  ...[Type.LargeList, Type.ListView, Type.LargeListView],
])

/** Whether cells are lists of single values. */
function isList(type: DataType): boolean {
  if (type.typeId !== Type.List && type.typeId !== Type.LargeList) return false
  const [child] = type.children
  return child !== undefined && !nested.has(child.type.typeId)
}

function readColumns(source: Source, table: ArrowTable, wants: readonly Want[]): Table {
  const built = builders(source, table.names, wants)
  requireFlat(
    source,
    table.names.filter((_, i) => {
      const { type } = columnAt(table, i)
      return built[i] && nested.has(type.typeId) && !(built[i].takesLists && isList(type))
    }),
  )
  built.forEach((builder, i) => {
    if (!builder) return
    source.watch.look()
    readable(source, () => {
      const column = columnAt(table, i)
      column.data.forEach(requireSoundBatch)
      const { type } = column
      let line = 1
      if (type.typeId === Type.Utf8 || type.typeId === Type.LargeUtf8) {
        for (const batch of column.data) line = pushTexts(batch as TextBatch, builder, line)
      } else
        for (const value of column) {
          // A value that is missing is null.
          if (value === undefined || line > table.numRows) throw new Error('its columns have different lengths')
          const isDecimal = type.typeId === Type.Decimal && value !== null
          pushValue(builder, isDecimal ? decimalOf(String(value), type) : listed(value), line++)
        }
      if (line !== table.numRows + 1) throw new Error('its columns have different lengths')
    })
  })
  return finish(source.file, table.numRows, built)
}

/** A batch of texts, one behind the other. */
type TextBatch = Batch<string> & {
  readonly offsets: Int32Array | BigInt64Array
  readonly values: Uint8Array
  readonly validity: Uint8Array
}

/** The library would make a string of each text. */
function pushTexts({ offsets, values, validity, length }: TextBatch, to: ColumnBuilder, first: number): number {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  let end = Number(offsets[0] ?? 0)
  for (let i = 0; i < length; i++) {
    const start = end
    end = Number(offsets[i + 1] ?? 0)
    const isMissing = validity.length > 0 && (((validity[i >> 3] ?? 0) >> (i & 7)) & 1) === 0
    if (isMissing) to.text('', first + i)
    else to.bytes(bytes, start, end, first + i, true)
  }
  return first + length
}

/** Lists of numbers are typed arrays; bytes, which are one too, are one value. */
const listed = (value: unknown): unknown =>
  ArrayBuffer.isView(value) && !(value instanceof Uint8Array) ? Array.from(value as unknown as ArrayLike<unknown>) : value

/** The text before the decimal point is moved. */
function decimalOf(digits: string, { scale, precision }: DecimalType): number {
  if (digits.length - Number(digits.startsWith('-')) > precision) throw new Error('a decimal has more digits than its type')
  return Number(`${digits}e${-scale}`)
}

function columnAt(table: ArrowTable, index: number): ArrowColumn<unknown> {
  return table.getChildAt(index)
}

/** Reports what the library throws as a problem of the file. */
function readable<T>(source: Source, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error
    const isOwn = error instanceof TypeError || error instanceof RangeError
    return fail({
      code: 'data/arrow',
      message: `${source.file} is not a readable Arrow file`,
      found: isOwn ? 'it is damaged' : error.message.slice(0, 300),
      hint: 'write it again, for example with pandas: df.to_feather(path)',
    })
  }
}
