import { listed } from '../../base/lists.ts'
import { isMissing, parseNumber } from '../cells.ts'
import { counted, fail } from '../problems.ts'
import { delimiters } from './csv-sniff.ts'

/** The lines before the table, and the delimiter if they name it. */
export interface Preamble {
  readonly bytes: number
  readonly lines: number
  readonly delimiter: string | null
}

/** At most this many lines are searched for comments. */
const mostLines = 100
/** Cells are counted in at most this many characters of a line. */
const mostCompared = 65_536

/**
 * Finds the lines before the header: `sep=;` as Excel writes it, and comments that begin with `#`. A line that begins with
 * `#` but has as many cells as the first line without it is a row, not a comment.
 *
 * @param sample the records of a text under a delimiter, or null if it cannot be parsed with it
 */
export function preambleOf(
  head: Buffer,
  fixed: string | null,
  sample: (text: Buffer, delimiter: string) => string[][] | null,
): Preamble {
  // Most files begin with their header. It may be long, so it is not parsed here.
  if (!/^(?:\ufeff)?(?:#|"?sep=)/i.test(head.toString('utf8', 0, 20))) return { lines: 0, bytes: 0, delimiter: fixed }
  const lines = linesOf(head)
  const named = /^\ufeff?"?sep=(.)"?$/i.exec(lines[0]?.text ?? '')?.[1] ?? null
  let count = named === null ? 0 : 1
  const rest = lines.slice(count)
  const table = rest.find(({ text }) => text !== '' && !isComment(text))
  if (table) {
    const known = fixed ?? named
    const candidates = known === null ? delimiters : [known]
    const cells = (text: string): number => {
      const start = Buffer.from(text.slice(0, mostCompared))
      return Math.max(...candidates.map((delimiter) => sample(start, delimiter)?.[0]?.length ?? 0))
    }
    const width = cells(table.text)
    while (isComment(lines[count]?.text ?? '') && cells(lines[count]?.text ?? '') !== width) count++
  }
  return { lines: count, bytes: lines[count - 1]?.end ?? 0, delimiter: fixed ?? named }
}

const isComment = (text: string): boolean => /^\ufeff?#/.test(text)

/** The first lines, without their ends; `end` is the offset after a line. */
function linesOf(head: Buffer): { readonly text: string; readonly end: number }[] {
  const lines: { text: string; end: number }[] = []
  for (let start = 0; start < head.length && lines.length < mostLines; ) {
    const found = head.indexOf(10, start)
    const end = found < 0 ? head.length : found + 1
    lines.push({ text: head.toString('utf8', start, end).trim(), end })
    start = end
  }
  return lines
}

/**
 * Rejects a first line whose number of cells differs from that of all rows below it. Without this check, each row would be
 * reported as an error.
 */
export function requireSameLength(
  file: string,
  line: number,
  first: readonly string[],
  rest: readonly (readonly string[])[],
): void {
  const width = rest[0]?.length ?? first.length
  if (rest.length < 2 || width === first.length || rest.some((row) => row.length !== width)) return
  const longer = width === first.length + 1
  const isSingle = rest.every(
    (row) => row.some((cell) => /^'[^']*$/.test(cell)) && row.some((cell) => /^[^']*'$/.test(cell)),
  )
  const [message, hint] = isSingle
    ? [
        'the rows have cells in single quotes, which are not quotes',
        'write double quotes around cells that contain the delimiter',
      ]
    : longer && rest.every((row) => row.at(-1) === '')
      ? ['the rows end in a delimiter, and the first line does not', 'remove the delimiter at the end of each row']
      : longer
        ? ['the rows have one cell more than the first line', 'name the first column too, if it holds row names']
        : ['the first line is not a header: its number of cells differs from that of the rows', 'remove the line']
  fail({
    code: 'data/ragged',
    message,
    at: { file, line, column: 1 },
    found: `${counted(first.length, 'cell')}, then ${counted(width, 'cell')} in each row`,
    hint,
  })
}

/** With fewer numeric columns or fewer rows, a text above numbers may be a typo. */
const [fewestColumns, fewestRows] = [2, 3]

/**
 * Rejects a line below the header that holds more names, or units: it has a text in each of the numeric columns. Without
 * this check, each of these texts would be reported as an error.
 */
export function requireOneHeader(file: string, line: number, rows: readonly (readonly string[])[]): void {
  const [first = [], ...rest] = rows
  if (rest.length < fewestRows) return
  const isNumber = (cell = ''): boolean => !Number.isNaN(parseNumber(cell))
  const numeric = first.flatMap((_, i) => (rest.every((row) => isNumber(row[i])) ? [i] : []))
  const texts = numeric.map((i) => first[i] ?? '')
  if (numeric.length < fewestColumns || texts.some((text) => isNumber(text) || isMissing(text))) return
  fail({
    code: 'data/second-header',
    message: 'the line below the header has text in every numeric column: it is a second header, or units',
    at: { file, line, column: 1 },
    found: listed(first, 6),
    hint: 'remove the line',
  })
}

/**
 * The names in a header. A column without a name gets its position; if another column has that name, it is named as pandas
 * does, `Unnamed: 3`.
 */
export function namesOf(header: readonly string[]): string[] {
  const taken = new Set(header)
  return header.map((cell, i) => (cell !== '' ? cell : taken.has(String(i)) ? `Unnamed: ${i}` : String(i)))
}
