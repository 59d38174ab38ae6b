import type { ColumnSummary, TableSummary, Task } from './types.ts'

const TARGET_NAMES = ['target', 'label', 'labels', 'class', 'y', 'outcome', 'species', 'diagnosis', 'category', 'response']

/** If there are more numeric values than this, they are a measurement rather than classes. */
const MOST_NUMERIC_CLASSES = 100

/**
 * A column with a telling name; otherwise the last that could be a target, or without a header the first if only that one is
 * text.
 */
export function guessTarget(columns: readonly ColumnSummary[], header: boolean): ColumnSummary | null {
  const possible = columns.filter(({ type }) => type !== 'identifier' && type !== 'constant')
  const named = TARGET_NAMES.flatMap((name) => possible.filter((column) => column.name.toLowerCase() === name))
  const last = possible.at(-1) ?? null
  if (named[0]) return named[0]
  const first = possible[0]
  if (!header && first && last?.type === 'numeric' && first.type === 'categorical') return first
  return last
}

/** Text means classes; a few different integers mean classes too, if each occurs several times. */
export function guessTask({ type, distinct, whole, min, max }: ColumnSummary, rows: number): Task {
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

/** The texts of the most words, unless another column could be an input. Texts are read alone. */
export function guessText(inputs: readonly ColumnSummary[]): TableSummary['text'] {
  if (inputs.some(({ type }) => type === 'numeric' || type === 'categorical')) return null
  const texts = inputs.flatMap(({ name, words }) => (words === null ? [] : [{ name, words }]))
  const [first] = texts.sort((a, b) => b.words - a.words)
  if (!first) return null
  const length = Math.min(longest, Math.max(shortest, Math.ceil(first.words / step) * step))
  return { column: first.name, length }
}
