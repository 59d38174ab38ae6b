import { addTo } from '../../../base/numbers.ts'

/** Rows × columns, row-major. */
export interface Matrix {
  readonly values: Float64Array
  readonly rows: number
  readonly columns: number
}

/** Share of a column's variance that must be left after the columns before it; less is rounding. */
const INDEPENDENT = 1e-9

/**
 * Least squares of each output on all inputs, with an intercept: coefficients of inputs × outputs, for inputs and outputs
 * minus their means. Inputs that the inputs before them explain get 0. Solved by Cholesky's decomposition of the
 * correlations, in which such an input leaves a pivot near 0. The tests compare it with numpy.
 */
export function leastSquares(inputs: Matrix, outputs: Matrix): Matrix {
  const [p, q] = [inputs.columns, outputs.columns]
  const [x, y] = [centred(inputs), centred(outputs)]
  const scale = Float64Array.from({ length: p }, (_, j) => Math.sqrt(dot(x, j, x, j)) || 1)
  const at = (j: number, k: number): number => dot(x, j, x, k) / (scale[j] ?? 1) / (scale[k] ?? 1)
  const lower = new Float64Array(p * p)
  const used: number[] = []
  for (let j = 0; j < p; j++) {
    let rest = at(j, j)
    for (const k of used) {
      let value = at(j, k)
      for (const i of used) if (i < k) value -= (lower[j * p + i] ?? 0) * (lower[k * p + i] ?? 0)
      value /= lower[k * p + k] ?? 1
      lower[j * p + k] = value
      rest -= value * value
    }
    if (!(rest > INDEPENDENT)) continue
    lower[j * p + j] = Math.sqrt(rest)
    used.push(j)
  }
  const coefficients = new Float64Array(p * q)
  for (let output = 0; output < q; output++) {
    const half = new Float64Array(p)
    for (const j of used) {
      let value = dot(x, j, y, output) / (scale[j] ?? 1)
      for (const k of used) if (k < j) value -= (lower[j * p + k] ?? 0) * (half[k] ?? 0)
      half[j] = value / (lower[j * p + j] ?? 1)
    }
    for (const j of used.toReversed()) {
      let value = half[j] ?? 0
      for (const k of used)
        if (k > j) value -= (lower[k * p + j] ?? 0) * (coefficients[k * q + output] ?? 0) * (scale[k] ?? 1)
      coefficients[j * q + output] = value / (lower[j * p + j] ?? 1) / (scale[j] ?? 1)
    }
  }
  return { values: coefficients, rows: p, columns: q }
}

/** The product of rows × inputs with inputs × outputs. */
export function product(left: Matrix, right: Matrix): Matrix {
  const values = new Float64Array(left.rows * right.columns)
  for (let i = 0; i < left.rows; i++) {
    for (let k = 0; k < left.columns; k++) {
      const factor = left.values[i * left.columns + k] ?? 0
      if (factor === 0) continue
      for (let j = 0; j < right.columns; j++) {
        addTo(values, i * right.columns + j, factor * (right.values[k * right.columns + j] ?? 0))
      }
    }
  }
  return { values, rows: left.rows, columns: right.columns }
}

/** Each column minus its mean. */
export function centred({ values, rows, columns }: Matrix): Matrix {
  const means = new Float64Array(columns)
  values.forEach((value, i) => addTo(means, i % columns, value / rows))
  return { values: values.map((value, i) => value - (means[i % columns] ?? 0)), rows, columns }
}

function dot(a: Matrix, j: number, b: Matrix, k: number): number {
  let sum = 0
  for (let i = 0; i < a.rows; i++) sum += (a.values[i * a.columns + j] ?? 0) * (b.values[i * b.columns + k] ?? 0)
  return sum
}
