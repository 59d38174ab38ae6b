import type { GateVerdict } from '../records/verdict.ts'
import type { Measured, MetricRule, OnInconclusive } from '../records/gates.ts'
import { partOf } from '../records/subsets.ts'
import type { RuleBehavior } from './definition.ts'
import { measuredWords, segmentsWords } from './words.ts'

/** Settings that gates on a metric share. */
interface MetricSettings {
  readonly split?: MetricRule['split']
  readonly onInconclusive?: OnInconclusive
  readonly class?: string | number | boolean
  readonly target?: string | number
  readonly segments?: readonly (string | number)[]
  readonly minRows?: number
}

/** Test rows that a class, a label or a segment must have to be judged, unless the spec says otherwise. */
const fewestRows = 20

/** The same in a rule, with their defaults. */
export const metricDefaults = ({
  split = 'validation',
  onInconclusive = 'fail',
  class: named,
  target,
  segments,
  minRows = fewestRows,
}: MetricSettings): Pick<MetricRule, 'split' | 'onInconclusive' | 'class' | 'target' | 'segments' | 'minRows'> => ({
  split,
  onInconclusive,
  ...(named !== undefined && { class: String(named) }),
  ...(target !== undefined && { target: String(target) }),
  ...(segments && { segments: segments.map(String) }),
  ...((segments || named !== undefined || target !== undefined) && split === 'test' && { minRows }),
})

/** What a rule measures, without its limits. */
const measuredBy = ({ segments, ...rule }: Measured): Measured => ({
  metric: rule.metric,
  split: rule.split,
  ...partOf(rule),
  ...(segments && { segments }),
})

/** A rule on a metric of the candidate alone. */
export const judgesMetric: Pick<RuleBehavior<MetricRule>, 'needsBaseline' | 'measures' | 'subject'> = {
  needsBaseline: () => false,
  measures: measuredBy,
  subject: (rule) => `${measuredWords(rule)}${segmentsWords(rule)}`,
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
