import type { MetricName } from '../records/metrics.ts'
import type { GateEvidence, Side } from './evidence.ts'
import { failed, inconclusive, nothingMeasured, unfinished, type Finding } from './finding.ts'
import { seedList } from './words.ts'

type MissingBaseline = Pick<GateEvidence, 'missingBaselineReason' | 'missingBaselineRemedy'>

/** No baseline. Problems of the candidate alone are still reported first if its seeds matter to the rule. */
export function withoutBaseline(
  candidate: Side | null,
  { missingBaselineReason: reason, missingBaselineRemedy: remedy }: MissingBaseline,
): Finding {
  return (
    (candidate && unfinished(candidate)) ??
    nothingMeasured(
      `Nothing to compare with: ${reason ?? 'there is no baseline'}.`,
      remedy ??
        'Commit the lock from a run on the base branch, or let verify retrain the declared levers ' +
          '(--baseline retrain).',
    )
  )
}

/** Seeds without a value, on either side; undefined if the sides can be compared. */
export function missingData(candidate: Side, baseline: Side, named: Named): Finding | undefined {
  return (
    divergence(candidate, baseline) ?? unfinished(candidate) ?? withoutMetric(baseline, named) ?? unusableBaseline(baseline)
  )
}

/** What is compared: a metric on a split, and the baseline's name in a sentence. */
export interface Named {
  readonly metric: MetricName
  readonly split: 'validation' | 'test'
  readonly source: string
}

/** A baseline that never measured the metric, such as one from before a test split existed, or of another task. */
function withoutMetric({ values, unmeasured }: Side, { metric, split, source }: Named): Finding | undefined {
  if (unmeasured.length === 0 || values.length > 0) return undefined
  return inconclusive(
    `Nothing to compare with: the baseline (${source}) holds no ${split} ${metric}.`,
    'Retrain the baseline, or gate on a metric that it has.',
  )
}

/**
 * A divergence is an infinite drop and fails, unless the baseline diverges as often. Then it is no regression, but no mean
 * is left to compare either.
 */
function divergence(candidate: Side, baseline: Side): Finding | undefined {
  if (candidate.diverged.length === 0) return undefined
  const share = (side: Side): number => side.diverged.length / side.all.length
  const own = `The candidate diverged on ${seedList(candidate.diverged)} of ${candidate.all.length}`
  if (baseline.diverged.length === 0) return failed(`${own}, the baseline on none: that is worse than any margin allows.`)
  const theirs = `the baseline on ${seedList(baseline.diverged)} of ${baseline.all.length}`
  return share(baseline) >= share(candidate)
    ? nothingMeasured(`${own} and ${theirs}: neither has a mean to compare.`, 'Lower the learning rate of both.')
    : failed(`${own}, ${theirs}: it trains less reliably.`)
}

function unusableBaseline(baseline: Side): Finding | undefined {
  const without = [...baseline.crashed, ...baseline.unmeasured]
  if (without.length > 0) {
    return inconclusive(
      `The baseline has no value on ${seedList(without)} of ${baseline.all.length}.`,
      'Retrain the baseline.',
    )
  }
  const n = baseline.values.length
  if (n >= 2) return undefined
  const count = n === 1 ? '1 finished seed' : `${n} finished seeds`
  return inconclusive(
    `The baseline has ${count}; seed noise cannot be estimated from fewer than 2.`,
    'Retrain the baseline with 5 or more seeds.',
  )
}

/**
 * A baseline seed that diverged counts as infinitely bad, so comparing with the seeds it finished flatters the baseline. A
 * pass still holds. A fail would be unfair, so it becomes inconclusive.
 */
export function softened(baseline: Side, finding: Finding): Finding {
  if (baseline.diverged.length === 0) return finding
  const note =
    `The baseline diverged on ${seedList(baseline.diverged)}; it is compared on the seeds it finished, ` +
    'which flatters it.'
  const notes = [...finding.notes, note]
  if (finding.status !== 'fail') return { ...finding, notes }
  const remedy = 'Retrain the baseline with levers that train under every seed.'
  return { ...finding, status: 'inconclusive', notes, remedy }
}
