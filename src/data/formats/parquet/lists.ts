// Columns whose cells are lists of single values.
import type { DecodedArray, PageHeader, SchemaTree } from 'hyparquet'
import { convertWithDictionary } from 'hyparquet/src/convert.js'
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js'
import { getMaxDefinitionLevel } from 'hyparquet/src/schema.js'
import type { ColumnDecoder, DataPage, DataReader } from 'hyparquet/src/types.js'
import { pagesOf, sizeOf, type Chunk } from './pages.ts'

/**
 * The elements of the schema from a column of lists down to its values, in whichever of the forms that writers use; undefined
 * for any other column.
 */
export function listPath(column: SchemaTree): readonly SchemaTree[] | undefined {
  const path = [column]
  for (let [next] = column.children; next; [next] = next.children) {
    if ((path.at(-1)?.children.length ?? 0) > 1) return undefined
    path.push(next)
  }
  const repeated = path.filter(({ element }) => element.repetition_type === 'REPEATED')
  return repeated.length === 1 ? path : undefined
}

/** Values in all lists of a row group, at most: the levels of a page state any number of them in a few bytes. */
const mostItems = 20_000_000

/**
 * The lists of one column of lists of single values in one row group, page by page; an empty list where there is none, and
 * without missing values.
 */
export function* listsOf(chunk: Chunk, mostBytes: number): Generator<readonly (readonly unknown[])[]> {
  const { meta, path, rows } = chunk
  const count = Number(meta.num_values)
  if (count > mostItems) throw new Error(`a column of lists states ${count} values, more than ${mostItems}`)
  const most = getMaxDefinitionLevel([...path])
  let [open, seen]: [unknown[] | undefined, number] = [undefined, 0]
  for (const page of pagesOf(chunk, count, mostBytes, readNested)) {
    const { definitionLevels = [], repetitionLevels, dataPage } = page
    const done: unknown[][] = []
    let used = 0
    for (const [i, level] of repetitionLevels.entries()) {
      if (level === 0) {
        if (open) done.push(open)
        open = []
        seen++
      }
      if (!open) throw new Error('a list begins before its row')
      if ((definitionLevels[i] ?? most) === most) open.push(dataPage[used++])
    }
    if (used !== dataPage.length) throw new Error(`a page holds ${dataPage.length} values and states ${used}`)
    yield done
  }
  if (open) yield [open]
  if (seen !== rows) throw new Error(`a column of lists has ${seen} rows where there are ${rows}`)
}

/** Levels and values of a page of lists. */
function readNested(
  reader: DataReader,
  header: PageHeader,
  decoder: ColumnDecoder,
  dictionary: DecodedArray | undefined,
): DataPage {
  const { byteOffset, buffer } = reader.view
  const packed = new Uint8Array(buffer, byteOffset + reader.offset, header.compressed_page_size)
  reader.offset += header.compressed_page_size
  const { data_page_header: v1, data_page_header_v2: v2 } = header
  const size = sizeOf(header)
  const unpacked = (): Uint8Array =>
    decompressPage(packed, Number(header.uncompressed_page_size), decoder.codec, decoder.compressors)
  const page = v1 ? readDataPage(unpacked(), v1, decoder) : readDataPageV2(packed, header, decoder)
  const dataPage = convertWithDictionary(page.dataPage, dictionary, (v1 ?? v2)?.encoding ?? 'PLAIN', decoder)
  const found = page.repetitionLevels.length
  if (found !== size) throw new Error(`a page holds ${found} values and states ${size}`)
  return { ...page, dataPage }
}
