import { numberAt } from '../base/numbers.ts'
import { mean, type PooledSd } from './describe.ts'

/**
 * Seed noise of several configurations under the same seeds, without the effects that a seed has on all of them alike: the
 * residual of the additive two-way layout value = configuration + seed + noise (a randomized block design, Fisher 1935).
 * Rows are configurations, columns are seeds; every row must have the same length. One row or one column leaves no degrees
 * of freedom: `{ sd: NaN, df: 0 }`. Oracle: `statsmodels` `anova_lm` of `ols('y ~ C(row) + C(column)')`.
 */
export function blockNoise(rows: readonly (readonly number[])[]): PooledSd {
  const columns = rows[0]?.length ?? 0
  if (rows.some((row) => row.length !== columns)) throw new Error('every configuration needs the same seeds')
  const df = Math.max(0, rows.length - 1) * Math.max(0, columns - 1)
  if (df === 0) return { sd: NaN, df: 0 }
  const rowMeans = rows.map(mean)
  const columnMeans = Array.from({ length: columns }, (_, j) => mean(rows.map((row) => numberAt(row, j))))
  const grand = mean(rowMeans)
  const residuals = rows.flatMap((row, i) =>
    row.map((value, j) => value - numberAt(rowMeans, i) - numberAt(columnMeans, j) + grand),
  )
  return { sd: Math.hypot(...residuals) / Math.sqrt(df), df }
}
