/**
 * Mean and population SD (divisor n) of the values at `rows`, in two passes, with the rounding error of the mean removed.
 * The SD is 0 if it cannot be distinguished from rounding, by the bound n·ε·var + (n·mean·ε)² on the variance (Chan, Golub
 * and LeVeque 1983), so that a constant column is never scaled up to unit variance.
 */
export function moments(at: (row: number) => number, rows: Int32Array): { mean: number; sd: number } {
  const n = rows.length
  const values = new Float64Array(n)
  let sum = 0
  for (let i = 0; i < n; i++) sum += values[i] = at(rows[i] ?? 0)
  const mean = sum / n
  let squares = 0
  let rest = 0
  for (let i = 0; i < n; i++) {
    const d = (values[i] ?? 0) - mean
    squares += d * d
    rest += d
  }
  const variance = (squares - (rest * rest) / n) / n
  const bound = n * Number.EPSILON * variance + (n * mean * Number.EPSILON) ** 2
  return { mean, sd: variance <= bound ? 0 : Math.sqrt(variance) }
}
