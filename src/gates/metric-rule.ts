import type { GateVerdict } from '../records/verdict.ts'
import type { MetricRule, OnInconclusive } from '../records/gates.ts'
import type { RuleBehavior } from './definition.ts'

/** Settings of every gate on a metric, with their defaults. */
export const metricDefaults = ({
  split = 'validation',
  onInconclusive = 'fail',
}: Partial<Pick<MetricRule, 'split' | 'onInconclusive'>>): {
  readonly split: MetricRule['split']
  readonly onInconclusive: OnInconclusive
} => ({ split, onInconclusive })

/** A rule on a metric of the candidate alone. */
export const judgesMetric: Pick<RuleBehavior<MetricRule>, 'needsBaseline' | 'measures' | 'subject'> = {
  needsBaseline: () => false,
  measures: ({ metric, split }) => ({ metric, split }),
  subject: ({ metric, split }) => `${split} ${metric}`,
}

/** A rule that compares a metric with the baseline's. */
export const comparesMetric = { ...judgesMetric, needsBaseline: () => true }

/** Candidate and baseline values of each seed that both sides have; empty if the sides differ in length. */
export function pairsOf({
  candidate,
  baseline,
}: Pick<GateVerdict, 'candidate' | 'baseline'>): (readonly [number, number])[] {
  if (baseline?.length !== candidate.length) return []
  return candidate.flatMap((own, i) => {
    const base = baseline[i] ?? null
    return own === null || base === null ? [] : [[own, base] as const]
  })
}
