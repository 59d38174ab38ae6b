import { isMissing, parseNumber } from '../cells.ts'

/**
 * The delimiter that splits the first records into the most cells, with the same number in each. Semicolons win a tie: with
 * decimal commas ("1,5;2,5") the comma splits just as evenly, and once more.
 *
 * @param sample the first records under a candidate, or null if they cannot be parsed with it
 */
export function sniffDelimiter(sample: (delimiter: string) => string[][] | null): string {
  const cells = (delimiter: string): number => {
    const rows = sample(delimiter) ?? []
    const count = rows[0]?.length ?? 0
    return rows.every((row) => row.length === count) ? count : 0
  }
  const comma = cells(',')
  const semicolon = cells(';')
  if (semicolon > 1 && semicolon + 1 >= comma) return ';'
  if (comma > 1) return ','
  return cells('\t') > 1 ? '\t' : cells('|') > 1 ? '|' : ','
}

/**
 * Whether the first record names the columns: none of its cells is a number, and no name repeats. If the target is a name,
 * it decides: the header is the record that contains it.
 */
export function hasHeader(first: readonly string[], rest: readonly (readonly string[])[], target: string | null): boolean {
  if (target !== null && !/^-?\d+$/.test(target) && first.includes(target)) return true
  const named = first.filter((cell) => cell !== '')
  if (named.length === 0 || new Set(named).size < named.length || rest.length === 0) return false
  return first.every((cell) => Number.isNaN(parseNumber(cell)) && (cell === '' || !isMissing(cell)))
}
