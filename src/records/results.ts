import type { MetricName, Metrics } from './metrics.ts'
import type { Evaluation, RunCalibration } from './run.ts'

export type ResultSplit = 'validation' | 'test'
export const resultSplits: readonly ResultSplit[] = ['validation', 'test']

/** Names in the results, by metric. */
export type ResultNames = { readonly [metric in MetricName]?: string }

/** Columns of the results that name .npy files. */
export interface PredictionFiles {
  readonly file: string
  readonly labels: string
}

/** The section `results` of a spec with every default filled in: what the names in the results of a tool mean. */
export interface ResultsSettings {
  /** The metrics that the results report themselves. */
  readonly names: Readonly<Record<ResultSplit, ResultNames>>
  /** Where the results name their predictions; null if all metrics are their own. */
  readonly predictions:
    | ({ readonly kind: 'logits' | 'probabilities' | 'values' } & {
        readonly [split in ResultSplit]: PredictionFiles | null
      })
    | null
  /** Which value of a curve counts. No test metric ever chooses it. */
  readonly value: 'last' | 'best'
  /** Names whose values are in percent. */
  readonly percent: readonly string[]
  /** Name of the column or parameter with the seed. */
  readonly seed: string
  /** The seeds that the results must have; null allows any. */
  readonly seeds: readonly number[] | null
}

/** What the results of one seed say, by our names. */
export interface SeedResult {
  readonly seed: number
  /** The file or folder that it was read from, for people. */
  readonly source: string
  /** Why a value that counts is not finite; null if all are. Such a seed counts as diverged. */
  readonly diverged: string | null
  /** Steps taken before the values that count, and the epoch; 0 where the results do not say. */
  readonly step: number
  readonly epoch: number
  readonly validation: Metrics
  /** Null if the spec names no test metric. */
  readonly test: Metrics | null
  /** Present for a classification with predictions. */
  readonly calibration?: RunCalibration
  /** The curve on validation rows, if there is one. */
  readonly evaluations: readonly Evaluation[]
  /** Digest of the predictions, or of all values: what tells two models apart. */
  readonly identity: string
}

/** The results of one side, one entry per seed, ascending. */
export interface ReadResults {
  /** The files or folders that were named, for sentences. */
  readonly source: string
  /** Tools whose files were read, each once: `MLflow`. */
  readonly tools: readonly string[]
  readonly seeds: readonly SeedResult[]
  /** What identifies the rows behind each split with predictions: the digest of their labels, and their number. */
  readonly rows: { readonly [split in ResultSplit]?: { readonly labels: string; readonly count: number } }
}
