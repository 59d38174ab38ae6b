import { mean } from './describe.ts'
import { fitLeastSquares } from './least-squares.ts'

type Value = string | number | boolean | null

/** One run of a search: the levers that it moved, and its score. */
interface Trial<Lever extends string> {
  readonly patch: { readonly [name in Lever]?: Value }
  readonly scores: readonly (number | null)[]
}

export interface LeverShare<Lever extends string> {
  readonly lever: Lever
  /** ω² in [0, 1]; null if the runs cannot tell. */
  readonly share: number | null
}

/** The fewest degrees of freedom of the error from which a share is computed. */
const leastErrorDf = 3

/**
 * How much of the variance of a search each lever explains: ω² = max(0, (SS − df·MSE) / (SST + MSE)) (Hays, 1963), where SS
 * is what the lever adds to the main effects of all others, and the error is what the main effects leave. A search has too
 * few runs for a column a value, so each lever has one: the place of its value among the values in order, or moved or not
 * if the values have no order. Oracle: `statsmodels` `anova_lm`, type II, of the same columns.
 */
export function leverShares<Lever extends string>(
  levers: readonly { readonly lever: Lever; readonly own: Value }[],
  trials: readonly Trial<Lever>[],
): readonly LeverShare<Lever>[] {
  const scored = trials.flatMap(({ patch, scores: [score] }) => (score == null ? [] : [{ patch, score }]))
  const centre = scored.length === 0 ? 0 : mean(scored.map((t) => t.score))
  const y = scored.map((t) => t.score - centre)
  const constant = y.map(() => 1)
  const columns = levers.map(({ lever, own }) =>
    column(
      scored.map(({ patch }) => patch[lever] ?? own),
      own,
    ),
  )
  const all = fitLeastSquares([constant, ...columns], y)
  const errorDf = y.length - all.rank
  const total = fitLeastSquares([constant], y).residualSumOfSquares
  return levers.map(({ lever }, at) => {
    if (errorDf < leastErrorDf || !(total > 0)) return { lever, share: null }
    const without = fitLeastSquares([constant, ...columns.filter((_, i) => i !== at)], y)
    const df = all.rank - without.rank
    if (df === 0) return { lever, share: null }
    const meanSquare = all.residualSumOfSquares / errorDf
    const explained = without.residualSumOfSquares - all.residualSumOfSquares
    return { lever, share: Math.max(0, (explained - df * meanSquare) / (total + meanSquare)) }
  })
}

function column(values: readonly Value[], own: Value): number[] {
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length < values.length) return values.map((value) => (value === own ? 0 : 1))
  const order = [...new Set(numbers)].sort((a, b) => a - b)
  return numbers.map((value) => order.indexOf(value))
}
