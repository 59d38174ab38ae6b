import { isProportion } from '../records/metric-ranges.ts'
import type { Measured } from '../records/gates.ts'
import { rowReach, type RowError } from '../stats/crossed.ts'
import { newcombeInterval, wilsonInterval, type ShareBounds } from '../stats/shares.ts'
import type { GateEvidence, InterimAnalysis, Side } from './evidence.ts'
import { rowErrorBetween, rowErrorOf } from './row-error.ts'

/*
 * Values without spread over seeds, for which t intervals do not exist. Equal values say little about the next seed: exact
 * tests on them bound the median, not the mean, and passed too often where a rare seed is bad. What is left is the noise of
 * the rows: a share of few rows takes the same value often by chance, and its score interval says how far off it can be.
 */

/** With fewer equal values, not even the rows are looked at. */
const leastEqualSeeds = 5

/** Rows of the split if the metric is a share of them, and every side has enough seeds; otherwise undefined. */
function countOf({ metric, split }: Measured, { rows }: GateEvidence, sides: readonly Side[]): number | undefined {
  const enough = sides.every(({ values }) => values.length >= leastEqualSeeds)
  return enough && isProportion(metric) && rows && rows[split] > 0 ? rows[split] : undefined
}

/** For values that are the same under every seed, where the rows decide nothing. */
export const equalValuesRemedy =
  'Gate on a metric that shows noise, such as nll or mae, or use a split with more rows or a verification with more seeds.'

/** What the rows say of values that no seed changes. */
export interface RowsAlone extends ShareBounds {
  readonly rows: number
  /** Two-sided coverage. */
  readonly level: number
}

/** Wilson's interval of a share that is the same under every seed; undefined if the metric is not a share of rows. */
export function shareOnRows(
  rule: Measured,
  evidence: GateEvidence,
  side: Side,
  { alpha }: InterimAnalysis,
): RowsAlone | undefined {
  const rows = countOf(rule, evidence, [side])
  const [first] = side.values
  if (rows === undefined || first === undefined) return undefined
  const bounds = wilsonInterval(first.value, rows, alpha)
  return { rows, level: 1 - 2 * alpha, ...widened(bounds, first.value, rowErrorOf(side), alpha) }
}

/** Newcombe's interval of the drop of such a share, baseline minus candidate. */
export function dropOnRows(
  rule: Measured,
  evidence: GateEvidence,
  sides: { readonly baseline: Side; readonly candidate: Side },
  { alpha }: InterimAnalysis,
): RowsAlone | undefined {
  const { baseline, candidate } = sides
  const rows = countOf(rule, evidence, [baseline, candidate])
  const [base] = baseline.values
  const [own] = candidate.values
  if (rows === undefined || base === undefined || own === undefined) return undefined
  const bounds = newcombeInterval(base.value, own.value, rows, alpha)
  return {
    rows,
    level: 1 - 2 * alpha,
    ...widened(bounds, base.value - own.value, rowErrorBetween(baseline, candidate), alpha),
  }
}

/** Both intervals take rows as independent. Those of one group are not, and their spread over groups shows it. */
function widened({ lower, upper }: ShareBounds, estimate: number, error: RowError | undefined, alpha: number): ShareBounds {
  const reach = error ? rowReach(error, alpha) : 0
  return { lower: Math.min(lower, estimate - reach), upper: Math.max(upper, estimate + reach) }
}
