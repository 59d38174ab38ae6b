import type { LeverName, LeverValue } from '../records/levers.ts'
import type { StageName } from '../records/plan.ts'

/** What to try, most promising first. */
export interface Move {
  /** Null if no lever does it, such as shuffling. */
  readonly lever: LeverName | null
  /** An instruction: `lower it to a third`. */
  readonly change: string
  /** The value that a stage tries; absent if the change is not a single value. */
  readonly to?: Target
}

/** A value relative to the lever's own (`times`, `plus`), an absolute one, or a share of a run's steps. */
export type Target =
  | { readonly times: number }
  | { readonly plus: number }
  | { readonly value: LeverValue }
  | { readonly shareOfRun: number }

/** Where in one run a symptom was seen. */
export interface Sight {
  /** Id of the run; null for a symptom of all seeds together. */
  readonly run: string | null
  readonly seed: number | null
  /** First and last step, counted from 1, inclusive; null if it has no place. */
  readonly steps: Span | null
  readonly epochs: Span | null
  /** The numbers behind it, by name. */
  readonly values: Readonly<Record<string, number>>
  /** What was seen, in a sentence. */
  readonly sentence: string
}

export type Span = readonly [from: number, to: number]

/** A symptom with its evidence, its likely cause and what to do about it. */
export interface Finding {
  /** Name of the rule that found it: see `rules/`. */
  readonly rule: string
  /** Which runs it is about: `winner`, `declared levers`, or a file. */
  readonly subject: string
  readonly title: string
  /** In how many of the runs it was seen. */
  readonly seeds: { readonly seen: number; readonly of: number }
  readonly sights: readonly Sight[]
  readonly cause: string
  readonly moves: readonly Move[]
  /** The stage that would test the first move; null if none does. */
  readonly stage: StageName | null
}
