import { CsvError, parse } from 'csv-parse/sync'
import { didYouMean, type Diagnostic, InputError } from '../../base/diagnostics.ts'
import { isMap, parseJson } from '../../base/json.ts'
import { type Column, columnNames, columnOf, columns, rankOf, wordColumns } from './columns.ts'

/** One line of a log: numbers by column (non-finite if the log says so), and words. Missing or empty values are absent. */
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
/** A training log is far smaller. A larger file is rejected before any row is created from it. */
export const logLimits = { bytes: 200_000_000, rows: 1_000_000, cells: 20_000_000, line: 4_000_000, depth: 16 } as const
/** Names that are listed, and compared with the known ones, if none is known. */
const mostNames = 30

/**
 * Rows of a CSV file with a header (comma, semicolon or tab) or of JSON lines. Throws an `InputError` with every invalid
 * value.
 */
export function rowsOf(text: string, file: string): Row[] {
  if (text.length > logLimits.bytes) throw tooLarge(file, 'characters', logLimits.bytes)
  const raw = /^\s*[[{]/.test(text) ? jsonRows(text, file) : csvRows(text, file)
  const names = [...new Set(raw.flatMap((r) => r.cells.map(([name]) => name)))]
  if (!names.some((name) => isMeasure(columnOf(name)))) throw new InputError([unknownColumns(names, file)])
  const problems: Diagnostic[] = []
  const rows = raw.map((r) => typed(r, file, problems))
  if (problems.length === 0) return rows
  const left = problems.length - mostProblems
  const message = `${left.toLocaleString('en')} more problem${left === 1 ? '' : 's'} not listed`
  throw new InputError([
    ...problems.slice(0, mostProblems),
    ...(left > 0 ? [{ code: 'diagnose/more', severity: 'error', message } as const] : []),
  ])
}

const tooLarge = (file: string, what: string, most: number): InputError =>
  new InputError([
    {
      code: 'diagnose/too-large',
      severity: 'error',
      message: `the log ${file} has too many ${what}`,
      found: `more than ${most.toLocaleString('en')}`,
      allowed: `at most ${most.toLocaleString('en')} ${what}`,
      hint: 'pass every tenth row, or the rows of one run',
    },
  ])

/** Counts what is read; returns the same row. */
function counter(file: string): <T extends { readonly length: number }>(row: T) => T {
  let [rows, cells] = [0, 0]
  return (row) => {
    if (++rows > logLimits.rows) throw tooLarge(file, 'rows', logLimits.rows)
    cells += row.length
    if (cells > logLimits.cells) throw tooLarge(file, 'cells', logLimits.cells)
    return row
  }
}

const isMeasure = (column: Column | undefined): boolean =>
  column !== undefined &&
  ['loss', 'trainLoss', 'validationLoss', 'trainAccuracy', 'validationAccuracy', 'gradientNorm', 'clipped'].includes(column)

function unknownColumns(names: readonly string[], file: string): Diagnostic {
  const known = columnNames.flatMap((c) => columns[c])
  const near = names.slice(0, mostNames).flatMap((name) => {
    const hit = didYouMean(name, known)
    return hit ? [`${name} → ${hit}`] : []
  })
  return {
    code: 'diagnose/no-curve',
    severity: 'error',
    message: `${file} has no column with a curve`,
    found:
      names
        .slice(0, mostNames)
        .map((name) => name.slice(0, 100))
        .join(', ') || 'nothing',
    allowed:
      `${columns.loss[0]}, ${columns.trainLoss[0]}, ${columns.validationLoss[0]}, ` +
      `${columns.validationAccuracy[0]}, … (a header is needed)`,
    ...(near.length > 0 ? { hint: `did you mean ${near.join(', ')}?` } : {}),
  }
}

function csvRows(text: string, file: string): RawRow[] {
  const head = text.slice(0, text.search(/\r?\n|$/))
  const delimiter = [',', ';', '\t'].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a))
  const seen = counter(file)
  const rows: RawRow[] = []
  let names: readonly string[] | undefined
  const onRecord = (record: readonly string[], { lines: line }: { readonly lines: number }): null => {
    if (names === undefined) names = seen(record)
    else rows.push({ line, cells: seen(names.map((name, i) => [name, record[i] ?? ''] as const)) })
    return null
  }
  try {
    parse(text, {
      bom: true,
      delimiter,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: logLimits.line,
      on_record: onRecord,
    })
    return rows
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new InputError([
      { code: 'diagnose/not-csv', severity: 'error', message: error.message.slice(0, 500), found: file },
    ])
  }
}

/** Python writes NaN and Infinity, which JSON does not have. */
const bare = /(?<=[:,[\s])-?(?:NaN|Infinity)(?=\s*[,}\]])/g

function jsonRows(text: string, file: string): RawRow[] {
  const seen = counter(file)
  const limits = { bytes: logLimits.line, depth: logLimits.depth, values: logLimits.cells }
  return text.split(/\r?\n/).flatMap((content, i) => {
    if (content.trim() === '') return []
    const parsed = parseJson(content.replace(bare, '"$&"'), limits)
    const value = parsed.ok ? parsed.value : undefined
    if (isMap(value)) return [{ line: i + 1, cells: seen(flattened(value)) }]
    throw new InputError([
      {
        code: 'diagnose/not-json-lines',
        severity: 'error',
        message: 'every line must be one JSON object',
        at: { file, line: i + 1, column: 1 },
        found: content.slice(0, 80),
        ...(parsed.ok || parsed.error.kind === 'not-json' ? {} : { hint: `the line ${parsed.error.message}` }),
      },
    ])
  })
}

/** Nested objects as `outer_inner`. Arrays and anything that is not a value are skipped. */
function flattened(object: object, prefix = ''): (readonly [string, string])[] {
  return Object.entries(object).flatMap(([key, value]: [string, unknown]) => {
    if (isMap(value)) return flattened(value, `${prefix}${key}_`)
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
      // If two columns mean the same, such as val_loss and test_loss, the better known name counts.
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
  allowed: 'a number, nan, inf, or an empty cell',
})
