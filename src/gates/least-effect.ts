import { metricNames, type LeastEffects, type MetricName } from '../records/metrics.ts'

/** The smallest gain on a metric that counts as better. */
export interface LeastEffect {
  /** In units of the metric; above 0. */
  readonly value: number
  /** `spec`: the spec declares it. `noise`: a share of the baseline's SD over seeds. */
  readonly from: 'spec' | 'noise'
}

/** A gain below this share of the baseline's SD over seeds matters to nobody: another seed changes more. */
const shareOfNoise = 0.2

/**
 * What the spec declares, otherwise a fifth of the baseline's SD over seeds; null if that SD is unknown or 0. Then any gain
 * counts.
 */
export function leastEffectOn(metric: MetricName, sd: number | null, declared: LeastEffects = {}): LeastEffect | null {
  const value = declared[metric]
  if (value !== undefined) return { value, from: 'spec' }
  return sd !== null && sd > 0 ? { value: shareOfNoise * sd, from: 'noise' } : null
}

/** Whether a difference is large enough to matter. A difference that rounding keeps below its limit has reached it. */
export const matters = (difference: number, least: LeastEffect | null): boolean =>
  least === null || Math.abs(difference) >= least.value * (1 - 1e-9)

/** Why a difference does not matter, after "but": `by less than 0.01, the least effect that the spec declares`. */
export const tooLittle = (least: LeastEffect | null | undefined): string =>
  least?.from === 'spec' ? `by less than ${least.value}, the least effect that the spec declares` : 'by too little to matter'

/** The same in a sentence that has room for the rule: `by less than 0.2 of the baseline's SD over seeds, which …`. */
export const tooLittleByRule = (least: LeastEffect | null): string =>
  least?.from === 'spec'
    ? tooLittle(least)
    : `by less than ${shareOfNoise} of the baseline's SD over seeds, which hardly matters`

/** `accuracy 0.005, nll 0.01`, in the order of the metrics; null if none is declared. */
export function declaredEffects(declared: LeastEffects = {}): string | null {
  const named = metricNames.flatMap((metric) => {
    const value = declared[metric]
    return value === undefined ? [] : [`${metric} ${value}`]
  })
  return named.length === 0 ? null : named.join(', ')
}

/** What "better" takes beside significance, for a reader of the numbers. */
export function leastEffectNote(declared: LeastEffects = {}): string {
  const noise = `${shareOfNoise} of the baseline's SD over seeds`
  const list = declaredEffects(declared)
  return list === null
    ? `"Better" also requires a gain of at least ${noise}.`
    : `"Better" also requires a gain of the least effect that the spec declares (${list}); on other metrics, of ${noise}.`
}

/** The section `leastEffect` of a spec, as a definition of its schema: a size for each metric. */
export const leastEffectDefinitions = {
  leastEffects: {
    head: { title: 'Least effects', description: 'The smallest gains that matter, by metric.' },
    required: [],
    properties: Object.fromEntries(
      metricNames.map((metric) => [
        metric,
        {
          title: metric,
          description: `The smallest gain in ${metric} that matters, in its units.`,
          type: 'number',
          exclusiveMinimum: 0,
          maximum: 1_000_000_000,
          default: 0.01,
        },
      ]),
    ),
  },
} as const
