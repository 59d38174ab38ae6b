import type { Move, Sight } from '../finding.ts'
import { epochOf, type Reading } from '../reading.ts'

/**
 * A rule: a symptom in the curves of one run, or of all runs of a trial together. Code that diagnoses, draws or documents
 * uses this interface. Rules are pure and draw no random numbers.
 */
export type RuleDefinition = RunRule | SeedsRule

interface Definition {
  /** The name in reports and in `diagnose --json`. It never changes. */
  readonly name: string
  /** The symptom as a headline: `The loss oscillates`. */
  readonly title: string
  /** When the rule reports a finding, in one sentence for the reference page. */
  readonly summary: string
  /** Where the evidence is, for the chart of a finding: in the gradient norms. If absent, in the loss. */
  readonly evidence?: 'gradient'
  /** The fewest points with which the rule can find anything: either is enough. If absent, any number may do. */
  readonly least?: LeastPoints
}

/** A number of evaluations, or of logged steps, in one run. */
export interface LeastPoints {
  readonly evaluations?: number
  readonly steps?: number
}

/** A rule on each run separately. */
export interface RunRule extends Definition {
  /** `any`: one run is enough, as for a crash. `most`: more than half of the runs must show it; fewer may be chance. */
  readonly quorum: 'any' | 'most'
  /** Undefined if the rule finds nothing. */
  look(run: Reading): Symptom | undefined
}

/** A rule on what only several seeds together show. */
export interface SeedsRule extends Definition {
  /** Undefined if the rule finds nothing, for example for a single run. */
  lookAtAll(runs: readonly Reading[]): Symptom | undefined
}

/** What a rule saw, and its conclusion. */
export interface Symptom {
  readonly sight: Sight
  readonly cause: string
  readonly moves: readonly Move[]
  /** Whether it did no harm by itself: more than half of the runs must show it, whatever the quorum. */
  readonly mild?: boolean
}

/** Evidence in one run between two steps. It omits non-finite values, since JSON has none. */
export function sightOf(
  run: Reading,
  between: readonly [number, number] | null,
  values: Sight['values'],
  sentence: string,
): Sight {
  const { id, seed } = run.curve
  const epochs = between?.map((step) => epochOf(run, step))
  const [from, to] = epochs ?? []
  return {
    run: id,
    seed,
    steps: between,
    epochs: typeof from === 'number' && typeof to === 'number' ? [from, to] : null,
    sentence,
    values: Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value))),
  }
}
