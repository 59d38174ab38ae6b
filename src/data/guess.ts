import type { ColumnSummary, TableSummary } from './summary.ts'
import type { Task } from './types.ts'

/** If there are more numeric values than this, they are a measurement rather than classes. */
const MOST_NUMERIC_CLASSES = 100

/** Names that say what is predicted, and names that often do. */
const telling = ['target', 'label', 'labels', 'y', 'outcome', 'response', 'survived', 'churn', 'churned', 'diagnosis']
const likely = [
  'class',
  'species',
  'category',
  'quality',
  'price',
  'income',
  'default',
  'approved',
  'exited',
  'fraud',
  'spam',
]
/** Names of columns that list labels. */
const ofLabels = ['tags', 'genres', 'topics', 'keywords', 'categories', 'labels']

/** A column that names rows, whatever order they are in. */
const namesRows = /(^|[\s_.-])(id|uuid|guid)$|[a-z]I[dD]$/i
const namesTimes = /^(date|datetime|timestamp)$|[\s_-](date|datetime|timestamp)$/i

export interface GuessedTarget {
  readonly column: ColumnSummary
  /** What speaks for it, as clauses: `its name tells it`, `it is the last column`. */
  readonly why: readonly string[]
}

/**
 * The column that the evidence speaks for: its name, its place, few values. Null if none can be a target: times, names of
 * rows, sentences and columns of one value never are.
 *
 * @param rows a value of a class occurs several times in these
 */
export function guessTarget(columns: readonly ColumnSummary[], header: boolean, rows: number): GuessedTarget | null {
  const possible = columns.filter((column) => canBeTarget(column, rows))
  const [first, last] = [possible[0], possible.at(-1)]
  const names = new Set(columns.map((column) => column.name.toLowerCase()))
  // Beside x and z, y is a coordinate.
  const inSpace = names.has('x') && names.has('z')
  const onlyTextFirst = !header && first?.type === 'categorical' && last?.type === 'numeric'
  const scored = possible.map((column) => {
    const name = column.name.toLowerCase()
    const names = column.listed ? [...likely, ...ofLabels] : likely
    const named = inSpace && name === 'y' ? 0 : telling.includes(name) ? 3 : names.includes(name) ? 2 : 0
    const classes = guessTask(column, rows) === 'classification'
    const [place, where] =
      column === first && onlyTextFirst
        ? [3, 'it is the first column, and no other is text']
        : column === last
          ? [2, 'it is the last column that can be one']
          : column === first
            ? [0.5, 'it is the first column']
            : [0, '']
    const [levels, few] = column.listed
      ? [1, `its cells list ${column.listed.count} labels`]
      : !classes
        ? [0, '']
        : column.distinct === 2
          ? [1, 'it has 2 values']
          : [column.distinct <= fewLevels ? 0.5 : 0, `it has ${column.distinct} values`]
    const why = [named > 0 ? 'its name tells it' : '', place > 0.5 ? where : '', levels > 0 ? few : ''].filter(
      (part) => part !== '',
    )
    return { column, why, score: named + place + levels }
  })
  const best = scored.reduce<(typeof scored)[number] | null>((top, one) => (top && top.score >= one.score ? top : one), null)
  return best && { column: best.column, why: best.why }
}

const fewLevels = 20

/** Rows without a target are lost, and beyond this share of them the column is hardly what the file is about. */
const mostGaps = 0.2

function canBeTarget({ name, type, distinct, time, missing, listed }: ColumnSummary, rows: number): boolean {
  // A row without a value has no label.
  if (listed) return true
  if (missing > mostGaps * rows) return false
  if (type === 'identifier' || type === 'constant' || type === 'text' || type === 'list') return false
  if ((time && type !== 'numeric') || namesTimes.test(name)) return false
  return !(namesRows.test(name) && distinct > rows / 2)
}

/**
 * Cells that list labels mean several of them. Text means classes; a few different integers mean classes too, if each occurs
 * several times.
 */
export function guessTask({ type, distinct, whole, min, max, listed }: ColumnSummary, rows: number): Task {
  if (listed) return 'multi-label'
  if (type === 'categorical') return 'classification'
  const few = distinct <= MOST_NUMERIC_CLASSES && distinct * 3 <= rows
  // Classes are numbered without large gaps. Other integers, such as prices, are values.
  const dense = whole && min !== null && max !== null && max - min < 2 * distinct
  return few && dense ? 'classification' : 'regression'
}

/**
 * Pixels are integers from 0, as many as a square of at least 4 × 4 holds (times 3 for colors of at least 8 × 8), in columns
 * without a name or with numbered ones. `scale` brings the largest to 1.
 */
export function guessImage(inputs: readonly ColumnSummary[]): Pick<TableSummary, 'imageShape' | 'scale'> {
  const none = { imageShape: null, scale: null }
  const isPixel = ({ name, missing, whole, min, max }: ColumnSummary): boolean =>
    /\d$/.test(name) && missing === 0 && whole && min !== null && min >= 0 && max !== null && max <= 255
  const largest = Math.max(0, ...inputs.map(({ max }) => max ?? 0))
  if (largest <= 1 || !inputs.every(isPixel)) return none
  const scale = 1 / largest
  const grey = Math.sqrt(inputs.length)
  const colour = Math.sqrt(inputs.length / 3)
  if (Number.isInteger(grey) && grey >= 4) return { imageShape: [grey, grey, 1], scale }
  if (Number.isInteger(colour) && colour >= 8) return { imageShape: [colour, colour, 3], scale }
  return none
}

/** A length that is a multiple of this, within bounds: longer texts cost time, and their first words say most. */
const [step, shortest, longest] = [16, 16, 256]

/** The texts of the most words, unless another column could be an input. */
export const guessText = (inputs: readonly ColumnSummary[]): TableSummary['text'] =>
  inputs.some(({ type }) => type === 'numeric' || type === 'categorical') ? null : mainText(inputs)

/** The texts of the most words; null if there are none. */
export function mainText(inputs: readonly ColumnSummary[]): TableSummary['text'] {
  const texts = inputs.flatMap(({ name, words }) => (words === null ? [] : [{ name, words }]))
  const [first] = texts.sort((a, b) => b.words - a.words)
  if (!first) return null
  const length = Math.min(longest, Math.max(shortest, Math.ceil(first.words / step) * step))
  return { column: first.name, length }
}
