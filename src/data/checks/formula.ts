import { listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { classScores } from './methods/class-scores.ts'
import { allRows, columnsOf, sampled, type CheckedColumn } from './methods/columns.ts'
import { centred, leastSquares, type Matrix, product } from './methods/linear-fit.ts'

/** Share of the label's variance that a formula explains on rows that did not help to find it. */
const EXACT = 0.999
const FEWEST_ROWS = 60
const [MOST_ROWS, MOST_INPUTS, ROWS_AN_INPUT] = [2000, 200, 2]
/** More columns than this in a formula are counted, not named. */
const MOST_NAMED = 6

/**
 * Finds columns whose sum, each times some number, is the label or names the class: parts of a total, a price before and
 * after tax. Least squares find the formula on half of the rows, and the other half must obey it. Classes have no numbers,
 * so each gets the one that the inputs predict best (canonical correlation).
 */
export const formula: CheckDefinition = {
  name: 'formula',
  schema: {
    title: 'Formula',
    description:
      'Columns from which a sum with fixed factors gives the label exactly, on rows that were not used to find it. No ' +
      'network is needed for such a label, and new rows will hardly have these columns.',
  },
  severity: 'error',
  find,
}

function find(dataset: Dataset): Found[] {
  const columns = columnsOf(dataset)
  const inputs = columns.reduce((sum, { width }) => sum + width, 0)
  const rows = sampled(allRows(dataset), MOST_ROWS, 'formula')
  const half = Math.floor(rows.length / 2)
  if (columns.length < 2 || inputs > MOST_INPUTS || rows.length < FEWEST_ROWS || half < ROWS_AN_INPUT * inputs) return []
  const parts = [rows.subarray(0, half), rows.subarray(half)] as const
  const all = fit(dataset, columns, parts)
  if (all.explained < EXACT) return []
  const needed = fewest(dataset, columns, parts, all.weights)
  const which =
    needed.length > MOST_NAMED
      ? `the label is a sum of ${counted(needed.length, 'column')}, each times a fixed number`
      : `the label is a sum of these columns, each times a fixed number: ${listed(needed.map(({ name }) => name))}`
  const message = `${which}; this holds on rows that were not used to find it; leave them out if new rows will not have them`
  return [{ message }]
}

type Halves = readonly [found: Int32Array, held: Int32Array]

interface Fit {
  /** Share of the label's variance on the rows held back. */
  readonly explained: number
  /** How far each column moves the prediction: SDs of its part. */
  readonly weights: readonly number[]
}

function fit(dataset: Dataset, columns: readonly CheckedColumn[], [own, held]: Halves): Fit {
  const [x, y] = [inputsOf(dataset, columns, own), labelsOf(dataset, own)]
  const coefficients = leastSquares(x, y)
  const scores = dataset.classes ? classScores(product(centred(x), coefficients), y) : Float64Array.of(1)
  const score: Matrix = { values: scores, rows: y.columns, columns: 1 }
  const combined = product(coefficients, score)
  const predicted = product(inputsOf(dataset, columns, held), combined).values
  const truth = dataset.classes
    ? Float64Array.from(held, (row) => scores[dataset.targets[row] ?? 0] ?? 0)
    : Float64Array.from(held, (row) => dataset.targets[row] ?? 0)
  return { explained: correlation(predicted, truth) ** 2, weights: weightsOf(columns, x, combined.values) }
}

/** The fewest columns that suffice, by adding the heaviest first. */
function fewest(
  dataset: Dataset,
  columns: readonly CheckedColumn[],
  parts: Halves,
  weights: readonly number[],
): CheckedColumn[] {
  const order = columns
    .map((column, i) => ({ column, weight: weights[i] ?? 0 }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ column }) => column)
  for (let n = 1; n <= MOST_NAMED; n++) {
    const some = order.slice(0, n)
    if (fit(dataset, some, parts).explained >= EXACT) return some
  }
  return order
}

function inputsOf({ inputs, features }: Dataset, columns: readonly CheckedColumn[], rows: Int32Array): Matrix {
  const places = columns.flatMap(({ first, width }) => Array.from({ length: width }, (_, i) => first + i))
  const values = new Float64Array(rows.length * places.length)
  rows.forEach((row, i) =>
    places.forEach((place, j) => {
      values[i * places.length + j] = inputs[row * features.length + place] ?? 0
    }),
  )
  return { values, rows: rows.length, columns: places.length }
}

/** The number, or a 1 at the place of the class. */
function labelsOf({ targets, classes }: Dataset, rows: Int32Array): Matrix {
  const width = classes?.length ?? 1
  const values = new Float64Array(rows.length * width)
  rows.forEach((row, i) => {
    if (classes) values[i * width + (targets[row] ?? 0)] = 1
    else values[i] = targets[row] ?? 0
  })
  return { values, rows: rows.length, columns: width }
}

/** SD of each column's part in the prediction. */
function weightsOf(columns: readonly CheckedColumn[], x: Matrix, coefficients: Float64Array): number[] {
  const own = centred(x)
  let first = 0
  return columns.map(({ width }) => {
    let squares = 0
    for (let row = 0; row < own.rows; row++) {
      let part = 0
      for (let j = first; j < first + width; j++) part += (own.values[row * own.columns + j] ?? 0) * (coefficients[j] ?? 0)
      squares += part * part
    }
    first += width
    return Math.sqrt(squares / own.rows)
  })
}

/** Pearson's; 0 if either does not vary. */
function correlation(a: Float64Array, b: Float64Array): number {
  const [x, y] = [a, b].map((values) => centred({ values, rows: values.length, columns: 1 }).values)
  const dot = (left = x, right = y): number => (left ?? a).reduce((sum, value, i) => sum + value * (right?.[i] ?? 0), 0)
  const spread = Math.sqrt(dot(x, x) * dot(y, y))
  return spread > 0 ? dot() / spread : 0
}
