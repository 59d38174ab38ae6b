import { CsvError, parse } from 'csv-parse/sync'
import type { Options } from 'csv-parse/sync'
import { counted, fail } from '../problems.ts'
import type { Source } from '../source.ts'
import type { OpenTable, TableUse } from '../table.ts'
import { requireNames, requireText } from '../text.ts'
import { namesOf, preambleOf, requireOneHeader, requireSameLength } from './csv-lines.ts'
import { readRecords } from './csv-rows.ts'
import { delimiters, hasHeader, sniffDelimiter } from './csv-sniff.ts'
import type { FormatDefinition } from './definition.ts'

/** Enough of the beginning to detect delimiter and header, and little enough to parse with every candidate. */
const SAMPLE_BYTES = 16 * 1024
const SAMPLE_ROWS = 30

/** The delimiter is one of comma, semicolon, tab and bar: the one that splits the first rows best. */
export const csv: FormatDefinition = {
  name: 'csv',
  endings: ['csv'],
  summary: 'One row per line, with cells between commas, semicolons, tabs or bars. A header is optional.',
  isText: true,
  open: (source, use) => openDelimited(source, use, null),
}

export const tsv: FormatDefinition = {
  name: 'tsv',
  endings: ['tsv', 'tab'],
  summary: 'One row per line, with cells between tabs. A header is optional.',
  isText: true,
  open: (source, use) => openDelimited(source, use, '\t'),
}

/**
 * Delimited text as in RFC 4180. It tolerates a byte order mark, any line endings, blank lines, spaces around the
 * delimiters, and lines before the header that are comments or that name the delimiter. It rejects rows whose length differs
 * from the first.
 *
 * @param fixed the delimiter; null to detect it from the first rows
 */
export function openDelimited(whole: Source, use: TableUse, fixed: string | null): OpenTable {
  requireText(whole)
  const { file, limits } = whole
  const before = preambleOf(beginning(whole.bytes, limits.record), fixed, sampleOf)
  const source = { ...whole, bytes: whole.bytes.subarray(before.bytes) }
  const head = beginning(source.bytes, limits.record)
  requireFewSeparators(source, head, before.lines + 1)
  const sample = sampler(head)
  // A sign that never occurs divides nothing.
  const divided = (sign: string): string[][] | null => (head.includes(sign) ? sample(sign) : null)
  const delimiter = fixed ?? before.delimiter ?? sniffDelimiter(divided)
  const [first, ...rest] = sample(delimiter) ?? records(source, head, { ...DIALECT, delimiter, to: SAMPLE_ROWS })
  if (!first) return fail({ code: 'data/empty', message: `${file} has no rows` })
  requireSameLength(file, before.lines + 1, first, rest)
  const header = use.header === 'auto' ? hasHeader(first, rest, use.target) : use.header
  if (header) requireOneHeader(file, before.lines + 2, rest)
  const names = header ? namesOf(first) : first.map((_, i) => String(i))
  requireNames(source, names)
  return {
    file,
    names,
    header,
    delimiter,
    rowShape: null,
    target: null,
    read: (wants) => {
      const layout = { delimiter, header, names, first, linesBefore: before.lines }
      return readRecords(source, layout, wants) ?? unreadable(source, delimiter)
    },
  }
}

const DIALECT: Options = {
  bom: true,
  trim: true,
  skip_empty_lines: true,
  relax_column_count: true,
  record_delimiter: ['\r\n', '\n', '\r'],
}

/** Lines that the sample always includes, however long they are: a header, and rows to compare it with. */
const SAMPLE_LINES = 4

/** The first bytes, up to the end of a line. */
function beginning(bytes: Buffer, mostRecord: number): Buffer {
  if (bytes.length <= SAMPLE_BYTES) return bytes
  let end = bytes.lastIndexOf(10, SAMPLE_BYTES)
  let least = -1
  for (let line = 0; line < SAMPLE_LINES && least < SAMPLE_LINES * mostRecord; line++) {
    const next = bytes.indexOf(10, least + 1)
    if (next < 0) break
    least = next
  }
  end = Math.max(end, least)
  return bytes.subarray(0, end > 0 ? end + 1 : mostRecord)
}

/** A first line with this many times the delimiters that columns may have is rejected before it is split. */
function requireFewSeparators({ file, limits }: Source, head: Buffer, line: number): void {
  const end = head.indexOf(10)
  const first = end < 0 ? head : head.subarray(0, end)
  const most = 4 * limits.columns
  if (first.length <= most) return
  for (const sign of delimiters) {
    let count = 0
    for (let at = first.indexOf(sign); at >= 0 && count <= most; at = first.indexOf(sign, at + 1)) count++
    if (count <= most) continue
    const [found, allowed] = [`more than ${counted(most, 'delimiter')}`, `at most ${counted(limits.columns, 'column')}`]
    fail({
      code: 'data/too-many-columns',
      message: 'the table is too wide',
      at: { file, line, column: 1 },
      found,
      allowed,
    })
  }
}

/**
 * The first records under a delimiter; null if they cannot be parsed with it, for example because a quote opens in
 * mid-field. A record that the end of the sample cuts short is left out.
 */
function sampleOf(head: Buffer, delimiter: string): string[][] | null {
  const found: string[][] = []
  try {
    const onRecord = (cells: string[]): null => {
      found.push(cells)
      return null
    }
    parse(head, { ...DIALECT, delimiter, to: SAMPLE_ROWS, on_record: onRecord })
    return found
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return error.code === 'CSV_QUOTE_NOT_CLOSED' && found.length > 1 && head.length >= SAMPLE_BYTES ? found : null
  }
}

/** The same for several delimiters, each parsed once. */
function sampler(head: Buffer): (delimiter: string) => string[][] | null {
  const known = new Map<string, string[][] | null>()
  return (delimiter) => {
    if (!known.has(delimiter)) known.set(delimiter, sampleOf(head, delimiter))
    return known.get(delimiter) ?? null
  }
}

/** What is wrong with records that only the parser with all rules can explain. */
function unreadable(source: Source, delimiter: string): never {
  records(source, source.bytes, { ...DIALECT, delimiter, on_record: () => null })
  return fail({ code: 'data/csv', message: parserMessage(''), at: { file: source.file, line: 1, column: 1 } })
}

/** All records. What the parser rejects becomes an InputError at its line. */
function records(source: Source, bytes: Buffer, options: Options): string[][] {
  try {
    return parse(bytes, { ...options, max_record_size: source.limits.record })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return fail({
      code: 'data/csv',
      message: parserMessage(error.code),
      found: error.message,
      at: { file: source.file, line: numberOr(error.lines, 1), column: numberOr(error.column, 0) + 1 },
      ...(bytes.includes('\\"') && { hint: 'write "" for a quote inside of a cell, where the file has \\"' }),
    })
  }
}

function parserMessage(code: string): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote is never closed'
    case 'INVALID_OPENING_QUOTE':
      return 'a quote is inside an unquoted cell; quote the whole cell and double the quote'
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'text follows a closing quote; double the quotes that belong to the cell'
    case 'CSV_MAX_RECORD_SIZE':
      return 'a row is too long'
    default:
      return 'the row cannot be parsed'
  }
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
