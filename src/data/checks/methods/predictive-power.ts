import { addTo } from '../../../base/numbers.ts'
import type { Dataset } from '../../types.ts'
import { allRows, sampled } from './columns.ts'
import { fitTree, type Intervals } from './tree.ts'

/** Rows examined: enough to know a score to about 0.02, and more if there are many classes to distinguish. */
const [USUAL_ROWS, ROWS_A_CLASS, MOST_ROWS] = [1000, 25, 4000]
/** Rows × columns that are examined; a wide table is judged on fewer rows. */
const MOST_CELLS = 2_000_000

const FOLDS = 4
/** More than the rows in a sample, and small enough that 32 more bits fit in 53. */
const INDICES = 2 ** 20

/** A sample of all rows, in random order, large enough to score each of so many columns. */
export function scoredRows(dataset: Dataset, columns: number): Int32Array {
  const wanted = Math.max(USUAL_ROWS, ROWS_A_CLASS * (dataset.classes?.length ?? 0))
  const most = Math.min(wanted, MOST_ROWS, Math.max(500, Math.floor(MOST_CELLS / columns)))
  return sampled(allRows(dataset), most, 'leakage')
}

/**
 * Predictive power of one variable, after the Predictive Power Score (Wetschoreck, Krabel and Krishnamurthy, ppscore 2020):
 * how far a small decision tree over that variable alone gets from a guess (0) to certainty (1).
 *
 * - classes: (F1 − guess) / (1 − guess), F1 weighted by class. The guess is the better of two in expectation: always the
 *   most common class, or drawing by the classes' shares: max(2p² / (1 + p), Σ p²).
 * - numbers: 1 − MAE of the tree / MAE of the median.
 *
 * Four folds by position (i modulo 4), so pass the rows in random order. The score is computed over the predictions of all
 * folds at once. The tree has leaves of at least 5 rows and a depth of 4, or of 2 more than it takes to name each class.
 * Scores below 0 become 0.
 *
 * @param targets class indices below `classes`, or numbers if `classes` is null
 */
export function predictivePower(values: Float32Array, targets: Float32Array, classes: number | null): number {
  const order = ascending(values)
  const sorted = Float32Array.from(order, (i) => values[i] ?? 0)
  const truth = Float32Array.from(order, (i) => targets[i] ?? 0)
  const predicted = new Float64Array(values.length)
  const limits = { depth: classes === null ? 4 : Math.max(4, Math.ceil(Math.log2(classes)) + 2), leaf: 5 }
  for (let fold = 0; fold < FOLDS; fold++) {
    const kept = order.map((i) => (i % FOLDS === fold ? 0 : 1))
    const tree = fitTree(...training(sorted, truth, kept), classes, limits)
    predictFold(tree, sorted, kept, predicted)
  }
  const score = classes === null ? errorScore(truth, predicted) : f1Score(truth, predicted, classes)
  return Math.max(0, score)
}

/**
 * Indices in ascending order of value, equal ones by index. A float's bits, with the negative ones inverted, sort in the
 * float's order. Together with the index they form one number, and numbers sort several times faster than with a comparison
 * function.
 */
function ascending(values: Float32Array): Uint32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length)
  const keys = new Float64Array(values.length)
  bits.forEach((word, i) => {
    keys[i] = (word < 0 ? word ^ 0x7fffffff : word) * INDICES + i
  })
  return Uint32Array.from(keys.sort(), (key) => key - Math.floor(key / INDICES) * INDICES)
}

function training(sorted: Float32Array, truth: Float32Array, kept: Uint32Array): [Float32Array, Float32Array] {
  const [values, targets] = [new Float32Array(sorted.length), new Float32Array(sorted.length)]
  let n = 0
  for (let i = 0; i < sorted.length; i++) {
    if (kept[i] !== 1) continue
    values[n] = sorted[i] ?? 0
    targets[n++] = truth[i] ?? 0
  }
  return [values.subarray(0, n), targets.subarray(0, n)]
}

/** Values ascend, so one pass over the intervals suffices. */
function predictFold(tree: Intervals, sorted: Float32Array, kept: Uint32Array, predicted: Float64Array): void {
  const { bounds, predictions } = tree
  let interval = 0
  for (let i = 0; i < sorted.length; i++) {
    while ((sorted[i] ?? 0) > (bounds[interval] ?? Infinity)) interval++
    if (kept[i] === 0) predicted[i] = predictions[interval] ?? 0
  }
}

function f1Score(truth: Float32Array, predicted: Float64Array, classes: number): number {
  const [actual, claimed, right] = [new Float64Array(classes), new Float64Array(classes), new Float64Array(classes)]
  truth.forEach((code, i) => {
    addTo(actual, code)
    addTo(claimed, predicted[i] ?? 0)
    if (predicted[i] === code) addTo(right, code)
  })
  const n = truth.length
  let [f1, draw] = [0, 0]
  actual.forEach((count, code) => {
    if (count === 0) return
    f1 += ((count / n) * 2 * (right[code] ?? 0)) / (count + (claimed[code] ?? 0))
    draw += (count / n) ** 2
  })
  const most = Math.max(...actual) / n
  const guess = Math.max((2 * most * most) / (1 + most), draw)
  return guess < 1 ? (f1 - guess) / (1 - guess) : 0
}

function errorScore(truth: Float32Array, predicted: Float64Array): number {
  const sorted = truth.slice().sort()
  const median = ((sorted[(truth.length - 1) >> 1] ?? 0) + (sorted[truth.length >> 1] ?? 0)) / 2
  let [error, guess] = [0, 0]
  truth.forEach((value, i) => {
    error += Math.abs(value - (predicted[i] ?? 0))
    guess += Math.abs(value - median)
  })
  return guess > 0 ? 1 - error / guess : 0
}
