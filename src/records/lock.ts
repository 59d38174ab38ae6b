import type { Levers } from './levers.ts'
import type { LeastEffects, MetricName, Metrics, RowValues } from './metrics.ts'
import type { LineageEntry, SplitMetrics } from './decision.ts'
import type { EnsembleScores } from './ensemble.ts'
import type { SubsetMetrics } from './subsets.ts'
import type { TrainerRecord } from './trainer.ts'

/**
 * The lock of a spec, such as `tuning.lock.json`: the tuned levers with everything that a later gate needs, committed beside
 * the spec. It contains no times.
 */
export interface Lock {
  readonly version: 1
  readonly name: string
  readonly tool: string
  readonly engine: string
  /**
   * The metric that selected checkpoints, and the number of trainable parameters in the model; omitted by versions that did
   * not write them.
   */
  readonly objective?: MetricName
  readonly parameters?: number
  /** The least effects that the spec declares, by metric; omitted if it declares none. */
  readonly leastEffect?: LeastEffects
  /** The training script that made the numbers; omitted for a model of a spec. */
  readonly trainer?: TrainerRecord
  /** Time ended the study early, so another machine may produce another lock; omitted otherwise. */
  readonly cutShort?: 'minutes'
  readonly fingerprints: { readonly spec: string; readonly plan: string; readonly data: string }
  readonly levers: Levers
  readonly lineage: readonly LockedChange[]
  /** Verification seeds in order. A crashed or diverged seed has null metrics and stays listed. */
  readonly seeds: readonly LockedSeed[]
  /** Scores of the completed seeds together; omitted if there are none, and by versions that did not compute them. */
  readonly ensemble?: EnsembleScores
}

/** A trained model that a study saved. */
export interface SavedModel {
  readonly seed: number
  /** Its folder, relative to that of the report. */
  readonly path: string
  /** SHA-256 of its `model.json`, which has the digests of its other files. */
  readonly sha256: string
}

export interface LockedSeed {
  readonly seed: number
  readonly status: 'complete' | 'diverged' | 'crashed'
  readonly validation: Metrics | null
  readonly test: Metrics | null
  /** How much the test metrics depend on the test rows; omitted if verdicts hold on these rows alone. */
  readonly testRows?: RowValues
  /** The metrics that gates name of classes and segments; omitted if they name none. */
  readonly subsets?: readonly SubsetMetrics[]
  /** SHA-256 of the trained weights. */
  readonly weights: string | null
  /** Digest of the saved model (`SavedModel`); omitted if the study saved none. */
  readonly model?: string
  /** The moving average of the weights in their place; omitted if the run kept none. Nothing is judged by it. */
  readonly averaged?: SplitMetrics
}

/** A lineage entry without its times. */
export type LockedChange = Omit<LineageEntry, 'evidence'> & { readonly evidence: Omit<LineageEntry['evidence'], 'seconds'> }
