import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import crc32 from 'crc-32'
import type { ColumnDecoder, DataReader } from 'hyparquet/src/types.js'
import type { ColumnMetaData, DecodedArray, Encoding, PageHeader, SchemaTree } from 'hyparquet'
import { parquetHeader, readPage } from 'hyparquet/src/column.js'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js'
import { snappyUncompress } from 'hyparquet'
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors'
import { unpackZstd } from '../zstd.ts'
import { requireLevels, requireRuns } from './runs.ts'
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

/** Unpacks a page of values, whose sizes are sound. */
type ReadPage<Page> = (
  reader: DataReader,
  header: PageHeader,
  decoder: ColumnDecoder,
  dictionary: DecodedArray | undefined,
) => Page

/**
 * The values of one column in one row group, page by page; null or undefined is a missing value. The sizes that each page
 * states are checked before the library allocates anything for them.
 *
 * @param mostBytes bytes that a page may have, unpacked
 * @throws Error with the reason if the chunk is not sound
 */
export function* valuesOf(chunk: Chunk, mostBytes: number): Generator<DecodedArray> {
  const { meta, rows } = chunk
  if (Number(meta.num_values) !== rows)
    throw new Error(`a column has ${meta.num_values} values where there are ${rows} rows`)
  yield* pagesOf(chunk, rows, mostBytes, (reader, header, decoder, dictionary) => {
    const { data = [] } = readPage(reader, header, decoder, dictionary, undefined, 0)
    const size = sizeOf(header)
    if (data.length !== size) throw new Error(`a page holds ${data.length} values and states ${size}`)
    return data
  })
}

/** What `read` makes of each page of values, which together state so many values. */
export function* pagesOf<Page>(
  { bytes, meta, path }: Chunk,
  values: number,
  mostBytes: number,
  read: ReadPage<Page>,
): Generator<Page> {
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
  const levels = { repetition: getMaxRepetitionLevel([...path]), definition: getMaxDefinitionLevel([...path]) }
  let dictionary: DecodedArray | undefined
  for (let left = values; left > 0; ) {
    if (reader.offset >= inside.length) throw new Error(`a column ends ${left} values too early`)
    requireSoundStruct(inside, reader.offset)
    const header = parquetHeader(reader)
    const size = sizesOf(header, left, mostBytes, inside.length - reader.offset)
    const packed = inside.subarray(reader.offset, reader.offset + header.compressed_page_size)
    if (header.crc !== undefined && crc32.buf(packed) !== header.crc) throw new Error('a page does not have its checksum')
    const checked: Decompress = (input, length) => {
      const page = decompress(input, length)
      if (page.length === length) requireRuns(page, header, levels, dictionary?.length ?? 0)
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
    requireLevels(packed, header, levels, dictionary?.length ?? 0)
    if (header.type === 'DICTIONARY_PAGE') {
      const { data = [] } = readPage(reader, header, decoder, dictionary, undefined, 0)
      dictionary = convert(data, decoder)
    } else {
      yield read(reader, header, decoder, dictionary)
      left -= size
    }
  }
}

export const sizeOf = ({ data_page_header: v1, data_page_header_v2: v2 }: PageHeader): number =>
  v1?.num_values ?? v2?.num_values ?? 0

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
  if (count > left || count === 0) throw new Error(`a page states ${count} values where ${left} are left`)
  if (!encodings.includes(page.encoding)) throw new Error(`the encoding ${page.encoding} is not supported`)
  return count
}
