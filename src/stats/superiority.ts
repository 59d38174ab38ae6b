import { firstReason, undefinedBecause, unusable } from './outcome.ts'
import type { Undefined } from './outcome.ts'

export interface Superiority {
  readonly kind: 'superiority'
  /** From 0 to 1; one half means that neither tends to be better. */
  readonly probability: number
  readonly pairs: number
}

/**
 * P(candidate better than baseline): the share of all pairs of a candidate's and a baseline's value in which the candidate's
 * is better; ties count half. It is Mann–Whitney's U over n·m (the "A" of Vargha and Delaney 2000). Reported and never gated
 * on: with three values per side it has only ten possible results.
 */
export function superiority(
  candidate: readonly number[],
  baseline: readonly number[],
  higherIsBetter: boolean,
): Superiority | Undefined {
  const reason = firstReason(unusable(candidate, 'the candidate', 1), unusable(baseline, 'the baseline', 1))
  if (reason !== undefined) return undefinedBecause(reason)
  let wins = 0
  for (const c of candidate) {
    for (const b of baseline) wins += c === b ? 0.5 : Number(c > b === higherIsBetter)
  }
  const pairs = candidate.length * baseline.length
  return { kind: 'superiority', probability: wins / pairs, pairs }
}
