import { numberAt } from '../base/numbers.ts'

/** What a linear model leaves unexplained. */
export interface Fit {
  readonly residualSumOfSquares: number
  /** Linearly independent columns. */
  readonly rank: number
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * numberAt(b, i), 0)

/** `vector` minus its projections on an orthonormal basis; twice, because one pass leaves rounding behind. */
function orthogonal(vector: readonly number[], basis: readonly (readonly number[])[]): number[] {
  let rest = [...vector]
  for (const direction of [...basis, ...basis]) {
    const along = dot(rest, direction)
    rest = rest.map((x, i) => x - along * numberAt(direction, i))
  }
  return rest
}

/**
 * Least squares of `y` on `columns` (each as long as y) by Gram–Schmidt, which needs only the residual and no coefficients.
 * A column that the earlier ones already span does not count toward the rank.
 */
export function fitLeastSquares(columns: readonly (readonly number[])[], y: readonly number[]): Fit {
  const basis: number[][] = []
  for (const column of columns) {
    const rest = orthogonal(column, basis)
    const length = Math.sqrt(dot(rest, rest))
    if (length > 1e-9 * Math.sqrt(dot(column, column))) basis.push(rest.map((x) => x / length))
  }
  const residual = orthogonal(y, basis)
  return { residualSumOfSquares: dot(residual, residual), rank: basis.length }
}
