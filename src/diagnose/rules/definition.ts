import type { Move, Sight } from '../finding.ts'
import { epochOf, type Reading } from '../reading.ts'

/**
 * What a rule is: a symptom that it looks for in the curves of one run, or of all runs of a trial together. Whoever
 * diagnoses, draws or documents asks this. Rules are pure and draw no random numbers.
 */
export type RuleDefinition = RunRule | SeedsRule

interface Definition {
  /** As reports and `diagnose --json` write it. It never changes. */
  readonly name: string
  /** The symptom as a headline: `The loss oscillates`. */
  readonly title: string
  /** When the rule speaks, in one sentence for the reference page. */
  readonly summary: string
  /** Where the evidence lies, for the chart of a finding: in the gradient norms. Absent: in the loss. */
  readonly evidence?: 'gradient'
}

/** A rule on each run by itself. */
export interface RunRule extends Definition {
  /** `any`: one run is enough, as for a crash. `most`: more than half of the runs must show it; fewer may be chance. */
  readonly quorum: 'any' | 'most'
  /** Undefined where the rule stays silent. */
  look(run: Reading): Symptom | undefined
}

/** A rule on what only several seeds together show. */
export interface SeedsRule extends Definition {
  /** Undefined where the rule stays silent, as for a single run. */
  lookAtAll(runs: readonly Reading[]): Symptom | undefined
}

/** What a rule saw, and what it makes of it. */
export interface Symptom {
  readonly sight: Sight
  readonly cause: string
  readonly moves: readonly Move[]
}

/** A sight in one run between two steps. It leaves out values that are not finite, since JSON has none. */
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
