import type { Metrics } from './metrics.ts'

/**
 * What the winner's verification seeds give besides a single model, on the test rows, at no further training. All members
 * trained on the same training rows, so none of them has seen a test row.
 */
export interface EnsembleScores {
  /** Seeds of the winner that completed, at least 2. */
  readonly members: number
  /** Test rows that every model is scored on: all, or an evenly spaced sample if their outputs are many. */
  readonly rows: number
  /** A single model and the ensemble, in this order, each followed by its temperature-scaled version if it has one. */
  readonly models: readonly ScoredModel[]
  /** Sentences about what is missing. */
  readonly notes: readonly string[]
}

export interface ScoredModel {
  /** `single`: the mean of the members' scores. `ensemble`: the score of the members' mean probabilities, or mean values. */
  readonly model: 'single' | 'ensemble'
  /** The divisor of all logits that fits the validation rows best; a geometric mean for `single`; null if as trained. */
  readonly temperature: number | null
  readonly test: Metrics
}
