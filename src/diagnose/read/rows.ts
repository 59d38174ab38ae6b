import { CsvError, parse } from 'csv-parse/sync'
import { didYouMean, type Diagnostic, InputError } from '../../base/diagnostics.ts'
import { type Column, columnNames, columnOf, columns, rankOf, wordColumns } from './columns.ts'

/**
 * One line of a log: numbers by column (not finite where the log says so), and words; what is missing or empty is absent.
 */
export interface Row {
  readonly line: number
  readonly numbers: ReadonlyMap<Column, number>
  readonly words: ReadonlyMap<Column, string>
}

/** One line, by the names in the file. */
interface RawRow {
  readonly line: number
  readonly cells: readonly (readonly [name: string, value: string])[]
}

const mostProblems = 20

/**
 * Rows of a CSV file with a header (comma, semicolon or tab) or of JSON lines. Throws `InputError` with every value that
 * is none.
 */
export function rowsOf(text: string, file: string): Row[] {
  const raw = /^\s*[[{]/.test(text) ? jsonRows(text, file) : csvRows(text, file)
  const names = [...new Set(raw.flatMap((r) => r.cells.map(([name]) => name)))]
  if (!names.some((name) => isMeasure(columnOf(name)))) throw new InputError([unknownColumns(names, file)])
  const problems: Diagnostic[] = []
  const rows = raw.map((r) => typed(r, file, problems))
  if (problems.length > 0) throw new InputError(problems.slice(0, mostProblems))
  return rows
}

const isMeasure = (column: Column | undefined): boolean =>
  column !== undefined &&
  ['loss', 'trainLoss', 'validationLoss', 'trainAccuracy', 'validationAccuracy', 'gradientNorm', 'clipped'].includes(
    column,
  )

function unknownColumns(names: readonly string[], file: string): Diagnostic {
  const known = columnNames.flatMap((c) => columns[c])
  const near = names.flatMap((name) => {
    const hit = didYouMean(name, known)
    return hit ? [`${name} → ${hit}`] : []
  })
  return {
    code: 'diagnose/no-curve',
    severity: 'error',
    message: `${file} has no column that is a curve`,
    found: names.join(', ') || 'nothing',
    allowed: `${columns.loss[0]}, ${columns.trainLoss[0]}, ${columns.validationLoss[0]}, ` +
      `${columns.validationAccuracy[0]}, … (a header is needed)`,
    ...(near.length > 0 ? { hint: `did you mean ${near.join(', ')}?` } : {}),
  }
}

function csvRows(text: string, file: string): RawRow[] {
  const head = text.slice(0, text.search(/\r?\n|$/))
  const delimiter = [',', ';', '\t'].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a))
  try {
    const records = parse(text, {
      bom: true,
      delimiter,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      info: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[]
    const names = records[0]?.record ?? []
    return records
      .slice(1)
      .map(({ record, info }) => ({ line: info.lines, cells: names.map((name, i) => [name, record[i] ?? ''] as const) }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new InputError([{ code: 'diagnose/not-csv', severity: 'error', message: error.message, found: file }])
  }
}

/** Python writes NaN and Infinity, which JSON does not have. */
const bare = /(?<=[:,[\s])-?(?:NaN|Infinity)(?=\s*[,}\]])/g

function jsonRows(text: string, file: string): RawRow[] {
  return text.split(/\r?\n/).flatMap((content, i) => {
    if (content.trim() === '') return []
    try {
      const value: unknown = JSON.parse(content.replace(bare, '"$&"'))
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return [{ line: i + 1, cells: flattened(value) }]
    } catch {
      /* Said below, like everything that is no object. */
    }
    throw new InputError([
      {
        code: 'diagnose/not-json-lines',
        severity: 'error',
        message: 'every line must be one JSON object',
        at: { file, line: i + 1, column: 1 },
        found: content.slice(0, 80),
      },
    ])
  })
}

/** Nested objects as `outer_inner`; arrays and whatever is no value are left out. */
function flattened(object: object, prefix = ''): (readonly [string, string])[] {
  return Object.entries(object).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return flattened(value, `${prefix}${key}_`)
    return ['number', 'string', 'boolean'].includes(typeof value) ? [[`${prefix}${key}`, String(value)] as const] : []
  })
}

function typed({ line, cells }: RawRow, file: string, problems: Diagnostic[]): Row {
  const numbers = new Map<Column, number>()
  const words = new Map<Column, string>()
  const ranks = new Map<Column, number>()
  for (const [place, [name, text]] of cells.entries()) {
    const column = columnOf(name)
    if (column === undefined || isEmpty(text)) continue
    if (wordColumns.includes(column)) words.set(column, text)
    else {
      const value = numberOf(text)
      if (value === undefined) problems.push(notANumber(text, name, { file, line, column: place + 1 }))
      // Of two columns for one thing, as val_loss and test_loss, that with the better known name counts.
      else if (rankOf(column, name) < (ranks.get(column) ?? Infinity)) {
        numbers.set(column, value)
        ranks.set(column, rankOf(column, name))
      }
    }
  }
  return { line, numbers, words }
}

const isEmpty = (text: string): boolean => /^(none|null|na|n\/a|-)?$/i.test(text)

/** `1.5`, `1e-3`, `nan`, `-inf`, `true`; undefined for anything else. */
function numberOf(text: string): number | undefined {
  const plain = text.toLowerCase()
  if (plain === 'nan' || plain === '-nan') return NaN
  const infinite = /^([+-]?)inf(inity)?$/.exec(plain)
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity
  if (plain === 'true' || plain === 'false') return plain === 'true' ? 1 : 0
  const value = Number(text)
  return Number.isNaN(value) ? undefined : value
}

const notANumber = (found: string, name: string, at: { file: string; line: number; column: number }): Diagnostic => ({
  code: 'diagnose/not-a-number',
  severity: 'error',
  message: `${name} must be a number`,
  at,
  found,
  allowed: 'a number, nan, inf, or nothing',
})
