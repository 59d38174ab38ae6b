import { gain, type MetricName } from '../records/metrics.ts'
import { overRows, turned, type RowError } from '../stats/crossed.ts'
import { differenceInterval } from '../stats/intervals.ts'

/** A mean paired difference, oriented so that more is better, with its two-sided 95 % interval. */
export interface PairedGain {
  readonly value: number
  readonly lower: number
  readonly upper: number
  readonly level: number
}

const alpha = 0.05

/**
 * What `to` gains over `from`, pair by pair, with the error that the rows give `to` − `from`; the reason if there is no
 * interval.
 */
export function pairedGain(
  metric: MetricName,
  from: readonly number[],
  to: readonly number[],
  rows?: RowError,
): { readonly gain: PairedGain | null; readonly reason: string | null } {
  const turn = gain(metric, 0, 1)
  const oriented = (side: readonly number[]): number[] => side.map((v) => turn * v)
  const found = differenceInterval(oriented(to), oriented(from), { paired: true, alpha: alpha / 2 })
  if (found.kind === 'undefined') return { gain: null, reason: found.reason }
  const { estimate: value, lower, upper, level } = overRows(found, turned(rows, turn))
  return { gain: { value, lower, upper, level }, reason: null }
}
