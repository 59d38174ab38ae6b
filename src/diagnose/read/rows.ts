import { didYouMean, type Diagnostic, InputError } from '../../base/diagnostics.ts'
import { hintFor, isEmpty, numberOf } from './cell.ts'
import { type Column, columnNames, columnOf, columns, plainName, rankOf, wordColumns } from './columns.ts'
import { rawRows, type RawRow } from './raw.ts'
import { fromTools, mlflowRows } from './tools.ts'

/** One line of a log: numbers by column (non-finite if the log says so), and words. Missing or empty values are absent. */
export interface Row {
  readonly line: number
  /** Counts the headers before it: each begins a training. */
  readonly part: number
  readonly numbers: ReadonlyMap<Column, number>
  readonly words: ReadonlyMap<Column, string>
}

/** Names that are listed, and compared with the known ones, if none is known. */
const mostNames = 30

/**
 * Rows of a log of any tool. An optional column is left out if it has values that are not numbers.
 *
 * @param note receives a sentence about what was left out or converted
 * @throws InputError with every other column that has such values
 */
export function rowsOf(text: string, file: string, note: (sentence: string) => void): Row[] {
  const raw = mlflowRows(text, file) ?? fromTools(rawRows(text, file), file)
  const names = [...new Set(raw.flatMap((r) => r.cells.map(([name]) => name)))]
  const known = new Map(names.flatMap((name) => knownAs(name)))
  if (![...known.values()].some(isMeasure)) throw new InputError([unknownColumns(names, file)])
  const bad = badColumns(raw, known)
  const judged = [...known].some(([name, column]) => isMeasure(column) && !bad.has(name))
  const errors = [...bad].filter(([name]) => !judged || !isOptional(known.get(name)))
  if (errors.length > 0) throw new InputError(errors.map(([name, cells]) => notNumbers(name, cells, file)))
  for (const [name, { found }] of bad) {
    note(`${file}: the column ${name} is left out; it has values such as ${found.slice(0, 60)}`)
    known.delete(name)
  }
  const percent = percentColumns(raw, known)
  for (const name of percent) note(`${file}: the column ${name} is read as percent`)
  return raw.map((row) => typed(row, known, percent))
}

/** The column that each known name stands for. */
type Known = ReadonlyMap<string, Column>

function knownAs(name: string): [string, Column][] {
  const column = columnOf(name)
  return column === undefined ? [] : [[name, column]]
}

const measures: readonly Column[] = [
  'loss',
  'trainLoss',
  'validationLoss',
  'trainAccuracy',
  'validationAccuracy',
  'gradientNorm',
  'clipped',
]
const isMeasure = (column: Column | undefined): boolean => column !== undefined && measures.includes(column)

/** Columns without which the other rules still judge. */
const optional: readonly Column[] = [
  'seed',
  'trainAccuracy',
  'trainBalancedAccuracy',
  'validationBalancedAccuracy',
  'trainR2',
  'validationR2',
  'validationEce',
  'validationConfidence',
  'learningRate',
  'gradientNorm',
  'clipped',
]
const isOptional = (column: Column | undefined): boolean => column !== undefined && optional.includes(column)

/** Shares that some tools log in percent. */
const shares: readonly Column[] = [
  'trainAccuracy',
  'validationAccuracy',
  'trainBalancedAccuracy',
  'validationBalancedAccuracy',
  'validationConfidence',
]
/** A mean of shares may exceed 1 by its rounding. */
const mostShare = 1.001

/** Names of columns of shares that have values above 1, up to 100. */
function percentColumns(rows: readonly RawRow[], known: Known): ReadonlySet<string> {
  const largest = new Map<string, number>()
  for (const { cells } of rows) {
    for (const [name, text] of cells) {
      const column = known.get(name)
      if (column === undefined || !shares.includes(column)) continue
      const value = numberOf(text) ?? 0
      if (Number.isFinite(value)) largest.set(name, Math.max(largest.get(name) ?? 0, value))
    }
  }
  return new Set([...largest].filter(([, value]) => value > mostShare && value <= 100 * mostShare).map(([name]) => name))
}

/** Whether a name is about validation: a suggestion must not turn a training loss into a validation loss. */
const validates = (name: string): boolean => /(^|_)(val|valid|validation|eval|dev|test)(_|$)/.test(plainName(name))

function unknownColumns(names: readonly string[], file: string): Diagnostic {
  const known = columnNames.flatMap((c) => columns[c])
  const near = names.slice(0, mostNames).flatMap((name) => {
    if (columnOf(name) !== undefined) return []
    const hit = didYouMean(
      name,
      known.filter((one) => validates(one) === validates(name)),
    )
    return hit ? [`${name} → ${hit}`] : []
  })
  const oneMetric = names.includes('Value') && names.length <= 3
  const hint = oneMetric
    ? 'name the column Value, or the file, after what it holds, such as val_loss'
    : near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : null
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
    ...(hint === null ? {} : { hint }),
  }
}

interface BadCells {
  readonly found: string
  readonly line: number
  readonly column: number
  readonly count: number
}

/** The columns with values that are not numbers, each with the first such value. */
function badColumns(rows: readonly RawRow[], known: Known): ReadonlyMap<string, BadCells> {
  const bad = new Map<string, BadCells>()
  for (const { line, cells } of rows) {
    for (const [place, [name, found]] of cells.entries()) {
      const column = known.get(name)
      if (column === undefined || wordColumns.includes(column) || isEmpty(found) || numberOf(found) !== undefined) continue
      const before = bad.get(name)
      bad.set(name, before ? { ...before, count: before.count + 1 } : { found, line, column: place + 1, count: 1 })
    }
  }
  return bad
}

function notNumbers(name: string, { found, line, column, count }: BadCells, file: string): Diagnostic {
  const hint = hintFor(found)
  const others = count > 1 ? `; ${count.toLocaleString('en')} values are not, the first of them here` : ''
  return {
    code: 'diagnose/not-a-number',
    severity: 'error',
    message: `${name} must be a number${others}`,
    at: { file, line, column },
    found: found.slice(0, 200),
    allowed: 'a number, nan, inf, or an empty cell',
    ...(hint === undefined ? {} : { hint }),
  }
}

function typed({ line, part, cells }: RawRow, known: Known, percent: ReadonlySet<string>): Row {
  const numbers = new Map<Column, number>()
  const words = new Map<Column, string>()
  const ranks = new Map<Column, number>()
  for (const [name, text] of cells) {
    const column = known.get(name)
    if (column === undefined || isEmpty(text)) continue
    if (wordColumns.includes(column)) words.set(column, text)
    else if (rankOf(column, name) < (ranks.get(column) ?? Infinity)) {
      // If two columns mean the same, such as val_loss and test_loss, the better known name counts.
      const value = numberOf(text) ?? NaN
      numbers.set(column, percent.has(name) && !text.endsWith('%') ? value / 100 : value)
      ranks.set(column, rankOf(column, name))
    }
  }
  return { line, part, numbers, words }
}
