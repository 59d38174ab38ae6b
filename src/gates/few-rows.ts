// Intervals for a share of the few rows of a class or a segment.
import type { Measured, MetricRule } from '../records/gates.ts'
import { isProportion } from '../records/metric-ranges.ts'
import { ofClass, ranksRows, type MetricName } from '../records/metrics.ts'
import type { SubsetMetrics } from '../records/subsets.ts'
import type { RowError } from '../stats/crossed.ts'
import type { Interval } from '../stats/intervals.ts'
import { wilsonInterval } from '../stats/shares.ts'
import type { GateEvidence } from './evidence.ts'

/**
 * Rows that a class or a segment needs before a limit at the truth is passed, or failed, in at most 0.075 of studies, as
 * measured with long tails (`docs/validation/segments.md`). With fewer, an nll passed in up to 0.35 of studies, and an ece,
 * which is too high on few rows, failed in up to 0.89. Shares have Wilson's interval. r2, rmse and mape hang on the same
 * squares, or on longer tails, as mse.
 */
const fewest: Partial<Record<MetricName, number>> = {
  f1: 0,
  precision: 0,
  mae: 200,
  auroc: 200,
  mse: 1600,
  rmse: 1600,
  r2: 1600,
  mape: 1600,
  ece: 3200,
}
/** For nll and average precision, which were measured, and for what was not. */
const fewestForOthers = 100

const fewestOf = (metric: MetricName): number => fewest[metric] ?? (isProportion(metric) ? 0 : fewestForOthers)

/** Rows that a class or a segment needs to be judged by a rule: none if its verdict holds on these rows alone. */
export function rowsNeeded({ metric, split, minRows, target, segments }: MetricRule): number {
  if (split !== 'test' || minRows === undefined) return 0
  // One target of a regression has all rows, as all targets together have.
  if (target !== undefined && !segments && ofClass(metric) === undefined) return 0
  return Math.max(minRows, fewestOf(metric))
}

/** Metrics that are too high on few rows, whatever the model: they pass as they should, and fail where they should not. */
const highOnFewRows: readonly MetricName[] = ['ece']

/**
 * Test rows that whole splits need before a metric fails, if they have fewer: it was measured as for segments. Undefined if they
 * have enough, or if the verdict holds on these rows alone.
 */
export function rowsToFail({ metric, split }: Measured, { rows }: GateEvidence, ofRows: RowError | undefined) {
  const needed = fewestOf(metric)
  const isFew = split === 'test' && ofRows !== undefined && rows !== undefined && rows.test < needed
  return isFew && highOnFewRows.includes(metric) ? { needed, found: rows.test } : undefined
}

/** What an interval may count as independent: test rows, or groups of them that belong together. */
export const unitsOf = ({ rows, groups }: SubsetMetrics): number => groups ?? rows.test

/** The rows that count for a metric: those of the rarer side if it ranks rows, which is none if nobody counted them. */
const rowsFor = (metric: MetricName, of: SubsetMetrics): number =>
  ranksRows(metric) ? Math.min(unitsOf(of), of.rarer ?? 0) : unitsOf(of)

/** Whether a class or a segment has too few rows to be judged. */
export const isTooSmall = (rule: MetricRule, of: SubsetMetrics): boolean => rowsFor(rule.metric, of) < rowsNeeded(rule)

/** The rows of a subset if the metric is a share of them, and verdicts are to hold for other rows; otherwise undefined. */
const countOf = ({ metric }: Measured, { few }: GateEvidence, rows: RowError | undefined): number | undefined =>
  rows && few !== undefined && few > 0 && isProportion(metric) ? few : undefined

/**
 * An interval that is at least as wide as Wilson's for the share itself: of 20 rows that are all right, none shows how often
 * others would be wrong.
 */
export function overFewRows(rule: Measured, evidence: GateEvidence, found: Interval, rows: RowError | undefined): Interval {
  const count = countOf(rule, evidence, rows)
  if (count === undefined) return found
  const share = Math.max(0, Math.min(1, found.estimate))
  const { lower, upper } = wilsonInterval(share, count, (1 - found.level) / 2)
  return { ...found, lower: Math.min(found.lower, lower), upper: Math.max(found.upper, upper) }
}

/**
 * The error of a difference of shares, as if the rows had half a row more on which one side alone is right, and half a row
 * more for the other side (Agresti and Min, 2005, "Simple improved confidence intervals for comparing matched proportions"):
 * rows on which both sides agree do not show how often they would differ on others.
 */
export function differingRows(rule: Measured, evidence: GateEvidence, rows: RowError | undefined): RowError | undefined {
  const count = countOf(rule, evidence, rows)
  if (count === undefined || rows === undefined) return rows
  return { ...rows, variance: rows.variance + 1 / (count + 2) ** 2 }
}
