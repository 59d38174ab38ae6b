import { addTo } from '../base/numbers.ts'
import type { Matrix } from './checks/methods/linear-fit.ts'

/** Steps of Nesterov's accelerated gradient; the loss then changes in its fourth digit at most. */
const STEPS = 150
/** Power iterations for the largest curvature. */
const POWER = 20

type Sample = readonly [inputs: Matrix, labels: Float64Array]

export interface SoftmaxSettings {
  /** Whether inputs are standardized by the rows that it is fitted on. */
  readonly standardize: boolean
  /** Squared weights, without the intercepts, cost this / (2 n): the inverse of scikit-learn's `C`. */
  readonly penalty: number
}

/** Losses of a multinomial logistic regression on other rows than its own, in nats. The defaults are scikit-learn's penalty. */
export function softmaxLosses(
  [x, labels]: Sample,
  [held, truth]: Sample,
  classes: number,
  { standardize, penalty }: SoftmaxSettings = { standardize: true, penalty: 1 },
): number[] {
  const scaling = standardize ? scalingOf(x) : unscaled(x)
  const weights = fitted(scaled(x, scaling), labels, classes, penalty / x.rows)
  const probabilities = softmax(scaled(held, scaling), weights, classes)
  return Array.from(truth, (code, row) => -Math.log(Math.max(probabilities[row * classes + code] ?? 0, 1e-12)))
}

/** Weights of (inputs + 1) × classes, the intercepts last. */
function fitted(x: Matrix, labels: Float64Array, classes: number, decay: number): Float64Array {
  const size = x.columns * classes
  // The softmax has a curvature of at most a half in any direction.
  const rate = 1 / (0.5 * largestEigenvalue(x) + decay)
  let weights = new Float64Array(size)
  let ahead = weights
  let momentum = 1
  for (let step = 0; step < STEPS; step++) {
    const errors = softmax(x, ahead, classes)
    labels.forEach((code, row) => addTo(errors, row * classes + code, -1))
    const next = new Float64Array(size)
    for (let row = 0; row < x.rows; row++) {
      for (let j = 0; j < x.columns; j++) {
        const value = (x.values[row * x.columns + j] ?? 0) / x.rows
        if (value !== 0)
          for (let k = 0; k < classes; k++) addTo(next, j * classes + k, value * (errors[row * classes + k] ?? 0))
      }
    }
    const intercepts = size - classes
    next.forEach((gradient, i) => {
      next[i] = (ahead[i] ?? 0) - rate * (gradient + (i < intercepts ? decay * (ahead[i] ?? 0) : 0))
    })
    const following = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2
    const push = (momentum - 1) / following
    const before = weights
    ahead = next.map((value, i) => value + push * (value - (before[i] ?? 0)))
    weights = next
    momentum = following
  }
  return weights
}

function softmax(x: Matrix, weights: Float64Array, classes: number): Float64Array {
  const out = new Float64Array(x.rows * classes)
  for (let row = 0; row < x.rows; row++) {
    const own = out.subarray(row * classes, (row + 1) * classes)
    for (let j = 0; j < x.columns; j++) {
      const value = x.values[row * x.columns + j] ?? 0
      if (value !== 0) for (let k = 0; k < classes; k++) addTo(own, k, value * (weights[j * classes + k] ?? 0))
    }
    const most = own.reduce((a, b) => Math.max(a, b), -Infinity)
    let sum = 0
    for (let k = 0; k < classes; k++) sum += own[k] = Math.exp((own[k] ?? 0) - most)
    for (let k = 0; k < classes; k++) own[k] = (own[k] ?? 0) / sum
  }
  return out
}

/** Of XᵀX / n. */
function largestEigenvalue({ values, rows, columns }: Matrix): number {
  let direction = new Float64Array(columns).fill(1 / Math.sqrt(columns))
  let size = 1
  for (let i = 0; i < POWER; i++) {
    const next = new Float64Array(columns)
    for (let row = 0; row < rows; row++) {
      let along = 0
      for (let j = 0; j < columns; j++) along += (values[row * columns + j] ?? 0) * (direction[j] ?? 0)
      for (let j = 0; j < columns; j++) addTo(next, j, (along * (values[row * columns + j] ?? 0)) / rows)
    }
    size = Math.hypot(...next)
    direction = next.map((value) => value / (size || 1))
  }
  // The iteration comes from below.
  return 1.1 * size
}

interface Standard {
  readonly means: Float64Array
  readonly scales: Float64Array
}

/** By the mean and the SD of each column; a constant column becomes 0. */
export function scalingOf({ values, rows, columns }: Matrix): Standard {
  const [means, squares] = [new Float64Array(columns), new Float64Array(columns)]
  values.forEach((value, i) => addTo(means, i % columns, value / rows))
  values.forEach((value, i) => addTo(squares, i % columns, (value - (means[i % columns] ?? 0)) ** 2 / rows))
  return { means, scales: squares.map((square) => (square > 1e-12 ? 1 / Math.sqrt(square) : 0)) }
}

const unscaled = ({ columns }: Matrix): Standard => ({
  means: new Float64Array(columns),
  scales: new Float64Array(columns).fill(1),
})

/** Standardized, with a column of ones at the end. */
function scaled({ values, rows, columns }: Matrix, { means, scales }: Standard): Matrix {
  const out = new Float64Array(rows * (columns + 1)).fill(1)
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++)
      out[row * (columns + 1) + j] = ((values[row * columns + j] ?? 0) - (means[j] ?? 0)) * (scales[j] ?? 0)
  }
  return { values: out, rows, columns: columns + 1 }
}
