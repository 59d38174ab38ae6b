import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import crc32 from 'crc-32'
import type { ColumnDecoder } from 'hyparquet/src/types.js'
import type { ColumnMetaData, DecodedArray, Encoding, PageHeader, SchemaTree } from 'hyparquet'
import { parquetHeader, readPage } from 'hyparquet/src/column.js'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { snappyUncompress } from 'hyparquet'
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors'
import { unpackZstd } from '../zstd.ts'
import { requireSoundStruct } from './thrift.ts'

type Codec = ColumnMetaData['codec']
type Decompress = (input: Uint8Array, length: number) => Uint8Array

const decompressors: { readonly [codec in Codec]?: Decompress } = {
  UNCOMPRESSED: (input) => input,
  SNAPPY(input, length) {
    const output = new Uint8Array(length)
    snappyUncompress(input, output)
    return output
  },
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: unpackZstd,
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
}

/** A codec that no accepted file has, so that the library calls `compressors` for every page, compressed or not. */
const own = 'LZO'

/** Supported encodings. Delta encodings are not: their sizes depend on the values that they hold. */
const encodings: readonly Encoding[] = ['PLAIN', 'PLAIN_DICTIONARY', 'RLE_DICTIONARY', 'RLE', 'BYTE_STREAM_SPLIT']

export interface Chunk {
  readonly bytes: Buffer
  readonly meta: ColumnMetaData
  readonly path: readonly SchemaTree[]
  readonly rows: number
}

/**
 * The values of one column in one row group, page by page; null or undefined is a missing value. The sizes that each page
 * states are checked before the library allocates anything for them.
 *
 * @param mostBytes bytes that a page may have, unpacked
 * @throws Error with the reason if the chunk is not sound
 */
export function* valuesOf({ bytes, meta, path, rows }: Chunk, mostBytes: number): Generator<DecodedArray> {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset)
  const from = Math.min(start, Number(meta.data_page_offset))
  const end = from + Number(meta.total_compressed_size)
  if (!(start >= 4 && end > start && end <= bytes.length)) throw new Error('a column lies outside of the file')
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, end - from)
  const reader = { view, offset: 0 }
  const inside = bytes.subarray(from, end)
  const element = path.at(-1)?.element
  const decompress = decompressors[meta.codec]
  if (!element || !decompress) throw new Error(`the compression ${meta.codec} is not supported`)
  if (Number(meta.num_values) !== rows)
    throw new Error(`a column has ${meta.num_values} values where there are ${rows} rows`)
  const nullable = element.repetition_type !== 'REQUIRED'
  let dictionary: DecodedArray | undefined
  for (let left = rows; left > 0; ) {
    if (reader.offset >= inside.length) throw new Error(`a column ends ${left} rows too early`)
    requireSoundStruct(inside, reader.offset)
    const header = parquetHeader(reader)
    const size = sizesOf(header, left, mostBytes, inside.length - reader.offset)
    const packed = inside.subarray(reader.offset, reader.offset + header.compressed_page_size)
    if (header.crc !== undefined && crc32.buf(packed) !== header.crc) throw new Error('a page does not have its checksum')
    const checked: Decompress = (input, length) => {
      const page = decompress(input, length)
      if (page.length === length) requireRuns(page, header, nullable, dictionary?.length ?? 0)
      return page
    }
    const decoder: ColumnDecoder = {
      ...meta,
      pathInSchema: meta.path_in_schema,
      element,
      schemaPath: [...path],
      codec: own,
      compressors: { [own]: checked },
      parsers: DEFAULT_PARSERS,
    }
    requireLevels(packed, header, dictionary?.length ?? 0)
    const { data = [] } = readPage(reader, header, decoder, dictionary, undefined, 0)
    if (header.type === 'DICTIONARY_PAGE') dictionary = convert(data, decoder)
    else {
      if (data.length !== size) throw new Error(`a page holds ${data.length} values and states ${size}`)
      left -= size
      yield data
    }
  }
}

/** The number of values that a page states. */
function sizesOf(header: PageHeader, left: number, mostBytes: number, room: number): number {
  const page = header.data_page_header ?? header.data_page_header_v2
  const count = page?.num_values ?? header.dictionary_page_header?.num_values
  const [unpacked, packed] = [header.uncompressed_page_size, header.compressed_page_size]
  if (!(packed >= 0 && packed <= room)) throw new Error(`a page states ${packed} bytes where ${room} are left`)
  if (!(unpacked >= 0 && unpacked <= mostBytes)) throw new Error(`a page states ${unpacked} bytes, more than ${mostBytes}`)
  if (count === undefined || !(count >= 0)) throw new Error('a page states no number of values')
  if (!page) {
    // A value takes a bit at least.
    if (count > 8 * unpacked) throw new Error(`a dictionary of ${unpacked} bytes states ${count} values`)
    return count
  }
  if (count > left || count === 0) throw new Error(`a page states ${count} values where ${left} rows are left`)
  if (!encodings.includes(page.encoding)) throw new Error(`the encoding ${page.encoding} is not supported`)
  return count
}

/**
 * Rejects runs of a page that repeat a value more often than the page has values, and places beyond the end of the
 * dictionary: the library would make them missing values, or zeros.
 */
function requireRuns(page: Uint8Array, header: PageHeader, nullable: boolean, words: number): void {
  const { data_page_header: v1, data_page_header_v2: v2 } = header
  const data = v1 ?? v2
  if (!data) return
  let at = 0
  if (v1 && nullable) at = prefixedRuns(page, at, v1.num_values)
  if (data.encoding === 'RLE') prefixedRuns(page, at, data.num_values)
  else if (data.encoding.endsWith('_DICTIONARY'))
    requireShortRuns(page.subarray(at + 1), page[at] ?? 0, data.num_values, words)
}

/** Runs of single bits behind their length; returns where they end. */
function prefixedRuns(page: Uint8Array, at: number, count: number): number {
  const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true)
  const end = at + 4 + length
  if (end > page.length) throw new Error('a page is cut short')
  requireShortRuns(page.subarray(at + 4, end), 1, count, bits)
  return end
}

/** Levels of the second kind of pages lie before the values and are never compressed; the values need not be. */
function requireLevels(content: Uint8Array, header: PageHeader, words: number): void {
  const page = header.data_page_header_v2
  if (!page) return
  const { repetition_levels_byte_length: before, definition_levels_byte_length: length, num_nulls, num_values } = page
  const isSound = before === 0 && length >= 0 && length <= content.length && num_nulls >= 0 && num_nulls <= num_values
  if (!isSound || page.num_rows !== num_values) throw new Error('a page has impossible levels')
  if (length > 0) requireShortRuns(content.subarray(0, length), 1, num_values, bits)
  if (page.is_compressed === false) requireRuns(content.subarray(length), header, false, words)
}

/** More than the largest level of a column that is not nested, and than a boolean. */
const bits = 2
/** No table within the limits has a dictionary whose places need more bits. */
const mostBits = 24

/**
 * Rejects runs, and packed groups of eight, that together repeat more than `count` values. Missing values have none, so they
 * may end before.
 *
 * @param below more than the largest value that is allowed
 */
function requireShortRuns(bytes: Uint8Array, width: number, count: number, below = Infinity): void {
  if (width > mostBits) throw new Error(`a page has values of ${width} bits`)
  for (let at = 0, seen = 0; seen < count && at < bytes.length; ) {
    let [head, shift] = [0, 0]
    for (let next = 128; next >= 128; shift += 7) {
      const found = bytes[at++]
      if (found === undefined || shift > 28) throw new Error('a page has runs that are cut short')
      next = found
      head += (next & 127) * 2 ** shift
    }
    const packed = head % 2 === 1
    const size = Math.floor(head / 2)
    const end = at + (packed ? size * width : Math.ceil(width / 8))
    const values = packed ? Math.min(8 * size, count - seen) : 1
    if (
      below < Infinity &&
      (!packed || 2 ** width > below) &&
      largestOf(bytes.subarray(at, end), packed ? width : 8 * (end - at), values) >= below
    ) {
      throw new Error('a page has a level, or a place in its dictionary, that does not exist')
    }
    seen += packed ? 8 * size : size
    at = end
    // The last group may be padded, and some writers state whole groups for the bytes that are left.
    if (seen > count + (packed ? 512 : 0)) throw new Error('a page repeats a value too often')
  }
}

/**
 * The largest of the first `count` values of so many bits each, the lowest bits first. Values that are cut off count as 0.
 */
function largestOf(bytes: Uint8Array, width: number, count: number): number {
  const mask = 2 ** width - 1
  let [largest, buffer, bits, at] = [0, 0, 0, 0]
  for (let i = 0; i < count; i++) {
    for (; bits < width; bits += 8) buffer |= (bytes[at++] ?? 0) << bits
    largest = Math.max(largest, buffer & mask)
    buffer >>>= width
    bits -= width
  }
  return largest
}
