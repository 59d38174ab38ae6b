import type { GateRule } from './plan.ts'

export type VerdictStatus = 'pass' | 'fail' | 'inconclusive'

/** What one gate says, with the numbers behind it. */
export interface GateVerdict {
  readonly rule: GateRule
  readonly status: VerdictStatus
  /** The rule and the outcome in a sentence, including the numbers. */
  readonly sentence: string
  /** What was estimated (a drop, an SD, a mean) with its interval; null if it could not be estimated. */
  readonly estimate: {
    readonly what: string
    readonly value: number
    readonly lower: number
    readonly upper: number
    readonly level: number
  } | null
  /** The rule as a question, without numbers from the run. Versions that did not write it omit it, and the two below. */
  readonly asks?: string
  /** False if more seeds could decide an inconclusive verdict. */
  readonly settled?: boolean
  /** About how many seeds per side would decide it; null if none are needed, or their number is unknown. */
  readonly seedsToSettle?: number | null
  /**
   * The limits with which the same seeds would pass; null if nothing was estimated, omitted by versions that did not write
   * it.
   */
  readonly change?: string | null
  /** Evidence shown beside it and not gated on; omitted if there is none. */
  readonly evidence?: readonly SupplementaryEvidence[]
  /** Every segment, if the rule judges segments; omitted otherwise. */
  readonly segments?: readonly SegmentVerdict[]
  /** The limit that the interval is compared with. */
  readonly limit: number
  /** What would change an inconclusive verdict; null otherwise. */
  readonly remedy: string | null
  /** What else a reader must know: a diverged baseline seed, a margin too tight for the noise, a fallback that was used. */
  readonly notes: readonly string[]
  readonly baseline: readonly (number | null)[] | null
  readonly candidate: readonly (number | null)[]
  /** Whether this verdict blocks: a fail does; an inconclusive one does unless the rule lets it pass. */
  readonly blocks: boolean
}

/** One segment of the test rows. */
export interface SegmentVerdict {
  readonly column: string
  /** The value of the column that its rows have. */
  readonly level: string
  readonly rows: number
  /** Groups that the rows are in, if the split keeps groups together. */
  readonly groups?: number
  /** `not-judged`: it has too few rows. */
  readonly status: VerdictStatus | 'not-judged'
  /**
   * Null if it has none. The bound that a pass rests on is the segment's own; the other one is corrected for the number of
   * segments.
   */
  readonly estimate: { readonly value: number; readonly lower: number; readonly upper: number } | null
}

/** A number that says more about a verdict, with its meaning. */
export interface SupplementaryEvidence {
  /** `exact Mann–Whitney p`. */
  readonly what: string
  readonly value: number
  readonly sentence: string
}

export interface Verdict {
  readonly status: VerdictStatus
  readonly sentence: string
  readonly gates: readonly GateVerdict[]
}
