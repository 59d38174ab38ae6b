import type { Move, RuleName, Sight } from './finding.ts'
import { epochOf, type Reading } from './reading.ts'

/** A symptom in one run, or in all runs of a trial together. Rules are pure and draw no random numbers. */
export interface Rule {
  readonly name: RuleName
  readonly title: string
  /** `any`: one run is enough, as for a crash; `most`: what half of the runs or fewer show may be chance. */
  readonly quorum: 'any' | 'most'
  /** Undefined where the rule stays silent. */
  readonly look: (run: Reading) => Symptom | undefined
  /** For what only several seeds show; `look` is then not asked. */
  readonly lookAtAll?: (runs: readonly Reading[]) => Symptom | undefined
}

/** What a rule saw, and what it makes of it. */
export interface Symptom {
  readonly sight: Sight
  readonly cause: string
  readonly moves: readonly Move[]
}

/** A sight in one run between two steps; values that are not finite are left out, since JSON has none. */
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
