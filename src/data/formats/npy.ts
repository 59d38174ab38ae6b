import { parse } from 'npyjs'
import { tooMany } from '../gauge.ts'
import { fail } from '../problems.ts'
import type { Limits, Source } from '../source.ts'
import type { OpenTable } from '../table.ts'
import { openBlocks, type NumberArray } from './arrays.ts'
import type { FormatDefinition } from './definition.ts'

const DTYPES = 'f2, f4, f8, i1–i8, u1–u8 (little-endian), b1'
const FLOATING: ReadonlySet<string> = new Set(['f2', 'f4', 'f8'])
const INTEGER: ReadonlySet<string> = new Set(['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1'])

/** The first axis is the rows; the rest, flattened row-major, are the columns. */
export const npy: FormatDefinition = {
  name: 'npy',
  endings: ['npy'],
  summary: 'A NumPy array: the first axis is the rows, the others are the columns. Images keep their shape.',
  isText: false,
  open,
}

function open(source: Source): OpenTable {
  const array = parseNpy(source.file, source.bytes, source.limits)
  return openBlocks(source, [{ name: null, array }], array.rowShape, null)
}

/**
 * Parses the .npy format (NumPy NEP 1), C or Fortran order, without copying the values.
 *
 * @param what its name in messages: the file's path, with the array's name for a member of an npz
 */
export function parseNpy(what: string, bytes: Uint8Array, limits: Pick<Limits, 'cells'>): NumberArray {
  requireHeader(what, bytes, limits)
  const { data, shape, dtype, fortranOrder } = parseBytes(what, bytes)
  if (!FLOATING.has(dtype) && !INTEGER.has(dtype)) unknownType(what, dtype)
  // The library's type says only "a view"; of the types above each is indexable by number (b1 arrives as booleans).
  const values = data as unknown as ArrayLike<number | bigint | boolean>
  const [rows, ...rowShape] = shape
  if (rows === undefined || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    return fail({ code: 'data/npy', message: `${what} has no rows`, found: `shape (${shape.join(', ')})` })
  }
  const size = rowShape.reduce((a, b) => a * b, 1)
  if (values.length !== rows * size) {
    const [found, allowed] = [`${values.length} values`, `${rows * size} for the shape (${shape.join(', ')})`]
    fail({ code: 'data/npy', message: `${what} does not have the length in its header`, found, allowed })
  }
  return { rows, rowShape, size, floating: FLOATING.has(dtype), at: accessor(values, rows, rowShape, size, fortranOrder) }
}

/** The library turns booleans into a list, which takes eight times the memory of the file. */
const mostBooleans = 20_000_000
/** NumPy itself reads no longer header unless it is told to trust the file. */
const mostHeader = 10_000

/**
 * Rejects endless headers, and types that the library would turn into one object per value, such as text, before the library
 * sees them. The library reports any other problem.
 */
function requireHeader(what: string, bytes: Uint8Array, limits: Pick<Limits, 'cells'>): void {
  if (bytes.length < 12) return
  const { start, length } = headerOf(bytes)
  if (length > mostHeader) {
    fail({
      code: 'data/npy',
      message: `the header of ${what} is too long`,
      found: `${length} bytes`,
      allowed: `at most ${mostHeader} bytes`,
    })
  }
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, start + length)
  const type = /'descr'\s*:\s*'[<|=>]?([^']*)'/.exec(header)?.[1]
  if (type !== undefined && !FLOATING.has(type) && !INTEGER.has(type)) unknownType(what, type)
  const isKnown = [1, 2, 3].includes(bytes[6] ?? 0) && bytes[7] === 0
  if (type !== undefined && !(isKnown && isHeader(header.trim()))) {
    const found = isKnown ? header.trim().slice(0, 200) : `version ${bytes[6]}.${bytes[7]}`
    fail({
      code: 'data/npy',
      message: `${what} is not a readable .npy array`,
      found,
      allowed: 'a header as NumPy writes it',
    })
  }
  const size = Math.max(1, Number(type?.slice(1)) || 1)
  const most = type === 'b1' ? Math.min(limits.cells, mostBooleans) : limits.cells
  if ((bytes.length - start - length) / size > most) tooMany({ file: what }, 'cell', most)
}

const value = String.raw`'[^'\\]*'|True|False|\(\s*(?:\d+L?\s*,?\s*)*\)`
const entry = String.raw`\s*'(descr|fortran_order|shape)'\s*:\s*(?:${value})\s*`
const dictionary = new RegExp(`^\\{${entry},${entry},${entry},?\\s*\\}$`)

/** Whether a header has its three entries and nothing else: the library takes defaults for those that it does not find. */
function isHeader(text: string): boolean {
  const [, ...keys] = dictionary.exec(text) ?? []
  return new Set(keys).size === 3
}

function unknownType(what: string, found: string): never {
  const hint = 'convert it with astype; write class labels as integers'
  return fail({ code: 'data/npy', message: `${what} has values of an unsupported type`, found, allowed: DTYPES, hint })
}

function parseBytes(what: string, bytes: Uint8Array): ReturnType<typeof parse> {
  try {
    return parse(alignedBuffer(bytes))
  } catch (error) {
    // The library throws plain errors, and so do typed arrays for a range that the file does not have.
    const found = error instanceof Error ? error.message : String(error)
    return fail({ code: 'data/npy', message: `${what} is not a readable .npy array`, found, allowed: DTYPES })
  }
}

/** The library makes typed arrays, whose values must begin at a multiple of their size. */
const alignment = 8

/**
 * The whole file in a buffer of its own, copied only if needed. NumPy pads its headers, but also reads one that is not
 * padded: blanks before the header's text align its values.
 */
function alignedBuffer(bytes: Uint8Array): ArrayBuffer {
  const { start, length } = headerOf(bytes)
  const blanks = (alignment - ((start + length) % alignment)) % alignment
  if (blanks > 0 && start + length <= bytes.length) {
    const padded = Buffer.alloc(bytes.length + blanks, ' ')
    padded.set(bytes.subarray(0, start))
    padded.set(bytes.subarray(start), start + blanks)
    if (start === 10) padded.writeUInt16LE(length + blanks, 8)
    else padded.writeUInt32LE(length + blanks, 8)
    return padded.buffer
  }
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
  // A Buffer's own `slice` shares its memory, so the copy is made here.
  return whole ? (bytes.buffer as ArrayBuffer) : new Uint8Array(bytes).buffer
}

/** Where the text of the header begins, and its length. Zeros for a file that is too short to have one. */
function headerOf(bytes: Uint8Array): { readonly start: number; readonly length: number } {
  if (bytes.length < 12) return { start: 0, length: 0 }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.getUint8(6) <= 1
    ? { start: 10, length: view.getUint16(8, true) }
    : { start: 12, length: view.getUint32(8, true) }
}

function accessor(
  values: ArrayLike<number | bigint | boolean>,
  rows: number,
  rowShape: readonly number[],
  size: number,
  fortran: boolean,
): NumberArray['at'] {
  if (!fortran) return (row, column) => Number(values[row * size + column])
  const offsets = fortranOffsets(rows, rowShape, size)
  return (row, column) => Number(values[row + (offsets[column] ?? 0)])
}

/** Where each value of row 0 is when the first axis varies fastest. */
function fortranOffsets(rows: number, rowShape: readonly number[], size: number): Float64Array {
  const strides: number[] = []
  let stride = rows
  for (const n of rowShape) {
    strides.push(stride)
    stride *= n
  }
  return Float64Array.from({ length: size }, (_, column) => {
    let [rest, offset] = [column, 0]
    for (let axis = rowShape.length - 1; axis >= 0; axis--) {
      const n = rowShape[axis] ?? 1
      offset += (rest % n) * (strides[axis] ?? 0)
      rest = Math.floor(rest / n)
    }
    return offset
  })
}
