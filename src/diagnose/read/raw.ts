import { CsvError, parse } from 'csv-parse/sync'
import { InputError } from '../../base/diagnostics.ts'
import { isMap, parseJson } from '../../base/json.ts'

/** One line of a log, by the names in the file. */
export interface RawRow {
  readonly line: number
  /** Counts the headers before it. A log that was appended to may have several, one for each training. */
  readonly part: number
  readonly cells: readonly (readonly [name: string, value: string])[]
}

/** A training log is far smaller. A larger file is rejected before any row is created from it. */
export const logLimits = { bytes: 200_000_000, rows: 1_000_000, cells: 20_000_000, line: 4_000_000, depth: 16 } as const
/** The limit for a log that is one JSON document, because it is parsed as a whole. */
const documentBytes = 64_000_000

/** A log in messages: its name, and who reads it, which is the first part of every error code. */
interface Log {
  readonly file: string
  readonly reader: string
}

/**
 * Rows of a CSV file with a header (comma, semicolon or tab), of JSON lines, or of one JSON document.
 *
 * @param reader first part of the codes of errors: `diagnose`
 */
export function rawRows(text: string, file: string, reader = 'diagnose'): RawRow[] {
  const log = { file, reader }
  if (text.length > logLimits.bytes) throw tooLarge(log, 'characters', logLimits.bytes)
  if (!/^\s*[[{]/.test(text)) return csvRows(text, log)
  return isDocument(text) ? documentRows(text, log) : jsonRows(text, log)
}

const tooLarge = ({ file, reader }: Log, what: string, most: number): InputError =>
  new InputError([
    {
      code: `${reader}/too-large`,
      severity: 'error',
      message: `the log ${file} has too many ${what}`,
      found: `more than ${most.toLocaleString('en')}`,
      allowed: `at most ${most.toLocaleString('en')} ${what}`,
      hint: 'pass every tenth row, or the rows of one run',
    },
  ])

/** Counts what is read; returns the same row. */
function counter(log: Log): <T extends { readonly length: number }>(row: T) => T {
  let [rows, cells] = [0, 0]
  return (row) => {
    if (++rows > logLimits.rows) throw tooLarge(log, 'rows', logLimits.rows)
    cells += row.length
    if (cells > logLimits.cells) throw tooLarge(log, 'cells', logLimits.cells)
    return row
  }
}

function csvRows(text: string, log: Log): RawRow[] {
  const head = text.slice(0, text.search(/\r?\n|$/))
  const delimiter = [',', ';', '\t'].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a))
  const seen = counter(log)
  const rows: RawRow[] = []
  let names: readonly string[] | undefined
  let part = 0
  const onRecord = (record: readonly string[], { lines: line }: { readonly lines: number }): null => {
    if (names === undefined) names = seen(record)
    // A tool that appends to a log writes the header again.
    else if (record[0] === names[0] && record.every((cell, i) => cell === names?.[i])) part++
    else rows.push({ line, part, cells: seen(names.map((name, i) => [name, record[i] ?? ''] as const)) })
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
      { code: `${log.reader}/not-csv`, severity: 'error', message: error.message.slice(0, 500), found: log.file },
    ])
  }
}

/** Python writes NaN and Infinity, which JSON does not have. */
const bare = /(?<=[:,[\s])-?(?:NaN|Infinity)(?=\s*[,}\]])/g

function jsonRows(text: string, log: Log): RawRow[] {
  const seen = counter(log)
  const limits = { bytes: logLimits.line, depth: logLimits.depth, values: logLimits.cells }
  return text.split(/\r?\n/).flatMap((content, i) => {
    if (content.trim() === '') return []
    const parsed = parseJson(content.replace(bare, '"$&"'), limits)
    const value = parsed.ok ? parsed.value : undefined
    if (isMap(value)) return [{ line: i + 1, part: 0, cells: seen(flattened(value)) }]
    throw new InputError([
      {
        code: `${log.reader}/not-json-lines`,
        severity: 'error',
        message: 'every line must be one JSON object',
        at: { file: log.file, line: i + 1, column: 1 },
        found: content.slice(0, 80),
        ...(parsed.ok || parsed.error.kind === 'not-json' ? {} : { hint: `the line ${parsed.error.message}` }),
      },
    ])
  })
}

/** Whether the text is one JSON value over several lines, or an array: its first line is no object by itself. */
function isDocument(text: string): boolean {
  const first = text.slice(0, logLimits.line).trimStart()
  return first.startsWith('[{') || /^\[\s*(\{|$)/.test(first) || /^\{\s*(\r?\n|$)/.test(first) || isHistory(first)
}

/** The history of Keras: a list of numbers under each name. */
const isHistory = (text: string): boolean => /^\{\s*"[^"]*"\s*:\s*\[\s*-?[\dNI]/.test(text)

/** A list of objects, alone or under `log_history`; or one list of numbers for each name. */
function documentRows(text: string, log: Log): RawRow[] {
  const limits = { bytes: documentBytes, depth: logLimits.depth, values: logLimits.cells }
  const parsed = parseJson(text.replace(bare, '"$&"'), limits)
  const refuse = (found: string, hint?: string): never => {
    throw new InputError([
      {
        code: `${log.reader}/not-a-log`,
        severity: 'error',
        message: `${log.file} is JSON that holds no log`,
        found,
        allowed:
          'an object per line, a list of objects, log_history as Hugging Face writes it, or a list of numbers per name',
        ...(hint ? { hint } : {}),
      },
    ])
  }
  if (!parsed.ok) return refuse(parsed.error.found ?? text.slice(0, 80), parsed.error.message.slice(0, 200))
  const { value } = parsed
  const list = isMap(value) ? value['log_history'] : value
  const seen = counter(log)
  if (Array.isArray(list) && list.every(isMap)) {
    return list.map((row, i) => ({ line: i + 1, part: 0, cells: seen(flattened(row)) }))
  }
  if (!isMap(value)) return refuse('a list of something other than objects')
  const series = Object.entries(value).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const length = Math.max(0, ...series.map(([, values]) => values.length))
  if (length === 0) return refuse(Object.keys(value).slice(0, 10).join(', '))
  return Array.from({ length }, (_, i) => ({
    line: i + 1,
    part: 0,
    cells: seen(series.map(([name, values]) => [name, textOf(values[i])] as const)),
  }))
}

const textOf = (value: unknown): string => (['number', 'string', 'boolean'].includes(typeof value) ? String(value) : '')

/** Nested objects as `outer_inner`. Arrays and anything that is not a value are skipped. */
function flattened(object: object, prefix = ''): (readonly [string, string])[] {
  return Object.entries(object).flatMap(([key, value]: [string, unknown]) => {
    if (isMap(value)) return flattened(value, `${prefix}${key}_`)
    const text = textOf(value)
    return text === '' ? [] : [[`${prefix}${key}`, text] as const]
  })
}
