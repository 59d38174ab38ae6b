import { rangeOf } from '../records/metric-ranges.ts'
import type { MetricName } from '../records/metrics.ts'
import type { ReportProblem } from './definition.ts'

/** Reports a level that no value of the metric can have: the gate would always say the same. Null is no level. */
export function requireLevel(metric: MetricName, key: string, level: number | null, report: ReportProblem): void {
  const [least, most] = rangeOf(metric)
  if (level === null || (level >= least && level <= most)) return
  report('limit-out-of-range', key, `${metric} lies ${between(least, most)}`, {
    found: String(level),
    ...meant(level, (share) => share >= least && share <= most),
  })
}

/** Reports a difference, or an SD, that values of the metric can never reach: the gate would always pass. */
export function requireDifference(metric: MetricName, key: string, difference: number | null, report: ReportProblem): void {
  const [least, most] = rangeOf(metric)
  const width = most - least
  if (difference === null || difference < width) return
  report('limit-out-of-range', key, `${metric} lies ${between(least, most)}, so no difference reaches this limit`, {
    found: String(difference),
    allowed: `below ${width}`,
    ...meant(difference, (share) => share < width),
  })
}

const between = (least: number, most: number): string =>
  least === -Infinity ? `at or below ${most}` : most === Infinity ? `at or above ${least}` : `between ${least} and ${most}`

/** People write percent. */
function meant(value: number, fits: (share: number) => boolean): { readonly hint?: string } {
  const share = Number((value / 100).toPrecision(12))
  return value >= 1 && fits(share) ? { hint: `did you mean ${share}?` } : {}
}
