import type { GateRule } from './plan.ts'

export type VerdictStatus = 'pass' | 'fail' | 'inconclusive'

/** What one gate says, with the numbers it says it from. */
export interface GateVerdict {
  readonly rule: GateRule
  readonly status: VerdictStatus
  /** The rule and the outcome in a sentence, numbers included. */
  readonly sentence: string
  /** What was estimated (a drop, an SD, a mean) with its interval; null where it could not be. */
  readonly estimate: { readonly what: string; readonly value: number; readonly lower: number; readonly upper: number; readonly level: number } | null
  /** The rule as a question, without numbers of the run; left out by versions that did not write it, as the two below. */
  readonly asks?: string
  /** False where more seeds could decide an inconclusive verdict. */
  readonly settled?: boolean
  /** About how many seeds a side would; null where none are needed, or their number cannot be told. */
  readonly seedsToSettle?: number | null
  /** The limits with which the same seeds would pass; null where nothing was estimated, left out by versions that did not write it. */
  readonly change?: string | null
  /** What is shown beside it and not gated on; left out where there is nothing. */
  readonly evidence?: readonly ShownEvidence[]
  /** The limit that the interval is held against. */
  readonly limit: number
  /** What would change an inconclusive verdict; null otherwise. */
  readonly remedy: string | null
  /** What else a reader must know: a diverged baseline seed, a margin too tight for the noise, a fallback that was used. */
  readonly notes: readonly string[]
  readonly baseline: readonly (number | null)[] | null
  readonly candidate: readonly (number | null)[]
  /** Whether this verdict blocks: a fail does, an inconclusive one unless the rule says it passes. */
  readonly blocks: boolean
}

/** A number that says more of a verdict, with what it means. */
export interface ShownEvidence {
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
