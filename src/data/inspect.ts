import { timesIn } from './checks/methods/points-in-time.ts'
import { distinct, readUndecided, typeOf } from './column-type.ts'
import { keptCharacters, type Column } from './column.ts'
import { guessImage, guessTarget, guessTask, guessText } from './guess.ts'
import { listedLabels } from './label-column.ts'
import { usualSeparators } from './label-lists.ts'
import { isLabel } from './labels.ts'
import { stemOf } from './formats/index.ts'
import { readSource, type DataFile } from './read-source.ts'
import { LIMITS, type Limits } from './source.ts'
import { isMissingWord, spelledNumbers } from './spelling.ts'
import type { OpenTable, Table } from './table.ts'
import { word } from './tokenizers/index.ts'
import { areDates } from './times.ts'
import type { ColumnSummary, TableSummary } from './summary.ts'
import type { Task } from './types.ts'

/** Inspects a data file before there is a spec: its columns, and a guess of target, task and image shape. */
export async function inspect(path: string, limits: Limits = LIMITS): Promise<TableSummary> {
  const source = await readSource(path, limits)
  const usual = await readAll(source)
  const missingWords = [...new Set(usual.table.columns.flatMap((column) => (column ? wordsAmongNumbers(column) : [])))]
  const { opened, table } = missingWords.length === 0 ? usual : await readAll({ ...source, missing: new Set(missingWords) })
  const columns = table.columns.flatMap((column) => (column ? [summarize(column, table, limits)] : []))
  const { file, names, header, delimiter } = opened
  const guessed = opened.target === null && !isOnlyPixels(opened, columns) ? guessTarget(columns, header, table.rows) : null
  const target = opened.target === null ? (guessed?.column ?? null) : (columns[opened.target] ?? null)
  const task = target && guessTask(target, table.rows)
  const named = target === null ? null : (names[target.index] ?? null)
  const labels = target?.listed ?? null
  const several = severalIn(opened, columns)
  const inputs = columns.filter((column) => column !== target && !isTarget(opened, column))
  const image = imageOf(opened, inputs)
  return {
    file,
    stem: stemOf(file),
    format: source.format.name,
    delimiter,
    header,
    rows: table.rows,
    columns,
    missingWords,
    target: named,
    ...(labels && { labels }),
    targetWhy: guessed?.why ?? [],
    task,
    ...several,
    ...image,
    text: guessText(inputs),
  }
}

/** Whether a column is one of the targets that the file itself names. */
const isTarget = ({ target, targetWidth = 1 }: OpenTable, { index }: ColumnSummary): boolean =>
  target !== null && index >= target && index < target + targetWidth

/** The targets of an array of several: labels if all say yes or no, and otherwise numbers. */
function severalIn(opened: OpenTable, columns: readonly ColumnSummary[]) {
  if (opened.targetWidth === undefined) return {}
  const own = columns.filter((column) => isTarget(opened, column))
  const targets = own.map(({ name }) => name)
  const targetArray = targets[0]?.replace(/\.0$/, '') ?? ''
  const task: Task = own.every(({ label }) => label) ? 'multi-label' : 'regression'
  return { targets, targetArray, task }
}

/** A pixel is no label: an array of images without labels has no target, and neither has a table of pixels alone. */
const isOnlyPixels = ({ rowShape }: OpenTable, columns: readonly ColumnSummary[]): boolean =>
  rowShape !== null || guessImage(columns).imageShape !== null

async function readAll(source: DataFile): Promise<{ readonly opened: OpenTable; readonly table: Table }> {
  const opened = await source.format.open(source, { header: 'auto', target: null, groupBy: null })
  const { names, lists = [] } = opened
  const wants = names.map((_, i) => (lists.includes(i) ? 'labels' : 'double'))
  const undecided = [...wants.keys()].filter((i) => !lists.includes(i))
  return { opened, table: readUndecided(opened, wants, undecided) }
}

/** Words for a missing value in a column that otherwise has numbers, read as numbers or as texts. */
function wordsAmongNumbers({ isText, texts, bad }: Column): readonly string[] {
  if (isText) return spelledNumbers(texts)?.missing ?? []
  return bad.flatMap(({ kind, found }) => (kind === 'text' && isMissingWord(found) ? [found.trim()] : []))
}

function summarize(column: Column, { rows }: Table, limits: Limits): ColumnSummary {
  const {
    name,
    index,
    badCount: { missing },
  } = column
  const gap = Number(column.isText && column.levels?.includes(''))
  const different = distinct(column, rows, limits.levels) - gap
  const type = column.readAs === 'labels' ? 'list' : typeOf(column, rows)
  const words = type === 'text' ? wordsOf(column) : null
  const time = column.isText ? areDates(column.texts) : numbersAreTimes(column, rows)
  const spelling = spelledNumbers(column.texts)?.spelling.words ?? null
  const numbers = range(column, rows)
  const label = column.isText ? isLabel(column.texts.filter((text) => text !== '')) : isBinary(different, numbers)
  const separators = usualSeparators.filter((sign) => column.texts.some((text) => text.includes(sign)))
  const known = { words, time, label, listed: listedLabels(column), separators, spelling }
  return { name, index, type, distinct: different, missing, ...known, ...numbers }
}

/** Values that are looked at. */
const fewTimes = 1000

/** Whether whole numbers are points in time, such as seconds since 1970. */
function numbersAreTimes(column: Column, rows: number): boolean {
  const step = Math.ceil(rows / fewTimes)
  const values = Float64Array.from({ length: Math.floor(rows / step) }, (_, i) => column.at(i * step))
  return timesIn({ name: column.name, values }) !== undefined
}

/** Of this share of all texts, no word is lost. */
const whole = 0.95

/** The length of the longest texts but a few. Texts of which only a part was kept count as long. */
function wordsOf({ texts, levels }: Column): number {
  const cut = levels === null ? keptCharacters : Infinity
  const counts = texts.map((text) => (text.length >= cut ? Infinity : word.tokenize(text).length)).sort((a, b) => a - b)
  return counts[Math.floor(whole * (counts.length - 1))] ?? 0
}

const isBinary = (different: number, { min, max }: Pick<ColumnSummary, 'min' | 'max'>): boolean =>
  different === 2 && min === 0 && max === 1

function range(column: Column, rows: number): Pick<ColumnSummary, 'min' | 'max' | 'sd' | 'whole'> {
  let [min, max, whole] = [Infinity, -Infinity, true]
  // Welford's running mean and sum of squared distances from it.
  let [count, center, squares] = [0, 0, 0]
  for (let row = 0; row < rows; row++) {
    const value = column.at(row)
    if (value < min) min = value
    if (value > max) max = value
    if (Number.isNaN(value)) continue
    if (!Number.isInteger(value)) whole = false
    const distance = value - center
    center += distance / ++count
    squares += distance * (value - center)
  }
  const sd = Math.sqrt(squares / count)
  return min <= max ? { min, max, sd, whole } : { min: null, max: null, sd: null, whole: false }
}

/** An array's own shape, with a channel added if it has none; otherwise the shape that the columns suggest. */
function imageOf({ rowShape }: OpenTable, inputs: readonly ColumnSummary[]) {
  if (rowShape === null) return guessImage(inputs)
  const largest = Math.max(0, ...inputs.map(({ max }) => max ?? 0))
  const imageShape = rowShape.length === 2 ? [...rowShape, 1] : rowShape
  return { imageShape, scale: largest > 1 ? 1 / largest : 1 }
}
