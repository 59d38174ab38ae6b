import type { GateVerdict } from '../records/verdict.ts'
import type { Measured, MetricRule, OnInconclusive } from '../records/gates.ts'
import type { RuleBehavior } from './definition.ts'
import { measuredWords, segmentsWords } from './words.ts'

/** Settings that gates on a metric share. */
interface MetricSettings {
  readonly split?: MetricRule['split']
  readonly onInconclusive?: OnInconclusive
  readonly class?: string | number | boolean
  readonly segments?: readonly (string | number)[]
  readonly minRows?: number
}

/** Test rows that a class or a segment must have to be judged, unless the spec says otherwise. */
const fewestRows = 20

/** The same in a rule, with their defaults. */
export const metricDefaults = ({
  split = 'validation',
  onInconclusive = 'fail',
  class: named,
  segments,
  minRows = fewestRows,
}: MetricSettings): Pick<MetricRule, 'split' | 'onInconclusive' | 'class' | 'segments' | 'minRows'> => ({
  split,
  onInconclusive,
  ...(named !== undefined && { class: String(named) }),
  ...(segments && { segments: segments.map(String) }),
  ...((segments || named !== undefined) && split === 'test' && { minRows }),
})

/** What a rule measures, without its limits. */
const measuredBy = ({ metric, split, class: named, segments }: Measured): Measured => ({
  metric,
  split,
  ...(named !== undefined && { class: named }),
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
