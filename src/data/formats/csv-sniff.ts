import { isMissing, parseNumber } from '../cells.ts'

/** The delimiters that are detected. */
export const delimiters: readonly string[] = [',', ';', '\t', '|']

/**
 * The delimiter that splits the first records into the most cells, with the same number in each. If no candidate does, the
 * first record may be a title, and the others decide. Semicolons win a tie: with decimal commas ("1,5;2,5") the comma splits
 * just as evenly, into one cell more.
 *
 * @param sample the first records under a candidate, or null if they cannot be parsed with it
 */
export function sniffDelimiter(sample: (delimiter: string) => string[][] | null): string {
  const cells = (delimiter: string, from: number): number => {
    const rows = (sample(delimiter) ?? []).slice(from)
    const count = rows[0]?.length ?? 0
    return rows.every((row) => row.length === count) ? count : 0
  }
  for (const from of [0, 1]) {
    const comma = cells(',', from)
    const semicolon = cells(';', from)
    if (semicolon > 1 && semicolon + 1 >= comma) return ';'
    if (comma > 1) return ','
    const other = ['\t', '|'].find((delimiter) => cells(delimiter, from) > 1)
    if (other !== undefined) return other
  }
  // One ragged row must not turn the table into a single column. The reader reports that row.
  const shares = delimiters.map((delimiter) => ({ delimiter, share: commonShare(sample(delimiter) ?? []) }))
  return shares.reduce((a, b) => (b.share > a.share ? b : a)).delimiter
}

/** The share of the records that have as many cells as the first one; 0 if that has only one, or if they are a minority. */
function commonShare([first, ...rest]: readonly (readonly string[])[]): number {
  if (!first || first.length < 2) return 0
  const share = rest.filter((row) => row.length === first.length).length / Math.max(1, rest.length)
  return share > 0.5 ? share : 0
}

/**
 * Whether the first record names the columns: none of its cells is a number, or its numbers are a sequence, such as years.
 * Names may repeat if one of them is above a column of numbers. If the target is a name, it decides: the header is the
 * record that contains it.
 */
export function hasHeader(first: readonly string[], rest: readonly (readonly string[])[], target: string | null): boolean {
  if (target !== null && !/^-?\d+$/.test(target) && first.includes(target)) return true
  const named = first.filter((cell) => cell !== '')
  if (named.length === 0 || rest.length === 0) return false
  if (first.some(isNumber)) return areNumberedNames(first, rest)
  if (new Set(named).size < named.length && !first.some((cell, i) => cell !== '' && isNumeric(i, rest))) return false
  return first.every((cell) => cell === '' || !isMissing(cell))
}

const isNumber = (cell: string): boolean => !Number.isNaN(parseNumber(cell))
const isNumeric = (column: number, rows: readonly (readonly string[])[]): boolean =>
  rows.every((row) => isNumber(row[column] ?? ''))

/** A shorter sequence of numbers may be data, such as counts. */
const fewestNumbered = 3
const [firstYear, lastYear] = [1000, 2999]

/**
 * Whether a first record with numbers names columns: 0, 1, 2, … with an empty cell above an index, or with no other cells,
 * as pandas writes a table without names; or years in equal steps above columns that do not hold years.
 */
function areNumberedNames(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  const places = first.flatMap((cell, i) => (isNumber(cell) ? [i] : []))
  const numbers = places.map((i) => Number(first[i]))
  const [start = NaN, second = NaN] = numbers
  const step = second - start
  const countsOn = numbers.every((n, i) => Number.isInteger(n) && n === start + i * step) && step > 0
  const others = first.filter((cell, i) => cell !== '' && !places.includes(i))
  if (!countsOn || others.some(isMissing) || new Set(others).size < others.length) return false
  const overIndex = first[0] === '' && !first.includes('', 1) && rest.every((row) => row[0] !== '')
  if (overIndex && numbers.length >= (start === 0 ? 2 : fewestNumbered)) return true
  if (start === 0 && step === 1) return others.length === 0 && numbers.length > fewestNumbered
  const areYears = start >= firstYear && (numbers.at(-1) ?? 0) <= lastYear && numbers.length >= fewestNumbered
  const within = (cell = ''): boolean =>
    Number(cell) >= firstYear && Number(cell) <= lastYear && Number.isInteger(Number(cell))
  return areYears && !rest.every((row) => places.every((i) => within(row[i])))
}
