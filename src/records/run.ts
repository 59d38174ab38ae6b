import type { Levers } from './levers.ts'
import type { Metrics, RowValues } from './metrics.ts'
import type { RunJob, StageName } from './plan.ts'
import type { SubsetMetrics } from './subsets.ts'

/** One trial to train under one seed. */
export interface RunRequest {
  readonly stage: StageName
  /** The name that people see: `weightDecay 0.03, dropout 0.15`. */
  readonly label: string
  readonly levers: Levers
  readonly seed: number
  /** Which training and validation rows it has: 1 is the first fold of the data. Omitted for those of the split itself. */
  readonly fold?: number
  readonly job: RunJob
}

/** One entry per step; all arrays have the same length. Values are rounded to 6 significant digits at the source. */
export interface StepLog {
  readonly loss: readonly number[]
  /** Effective learning rate of the step, after schedule and warmup. */
  readonly learningRate: readonly number[]
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: readonly number[]
  readonly clipped: readonly boolean[]
}

export interface Evaluation {
  /** Steps taken before it. */
  readonly step: number
  readonly epoch: number
  /** On a fixed sample of the training rows, at most as large as the validation split; without augmentation and dropout. */
  readonly train: Metrics
  readonly validation: Metrics
  /**
   * The moving average of the weights (`train/averaging.ts`) in place of the weights. Omitted if the run keeps none or a
   * metric is not finite, and by versions that kept no average.
   */
  readonly averaged?: { readonly validation: Metrics }
}

/** A checkpoint that the validation objective selected. */
export interface BestCheckpoint {
  readonly step: number
  readonly epoch: number
  readonly validation: Metrics
  /** Null if the job does not evaluate the test rows. */
  readonly test: Metrics | null
}

export interface Probe {
  readonly examplesPerSecond: number
  readonly peakMemoryMiB: number
  /** Simple gradient noise scale in examples (McCandlish et al., 2018); null if the estimate of |G|² is not positive. */
  readonly noiseScale: number | null
}

/** One bar of a reliability diagram: the predictions with confidence in [from, to). The last bar also includes 1. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  /** Number of predictions, above 0: empty bars are omitted. */
  readonly count: number
  /** Their mean confidence (largest probability), in [0, 1]: the position of the bar. */
  readonly confidence: number
  /** The share that is right, in [0, 1]: the height of the bar. On the diagonal the two are equal. */
  readonly accuracy: number
}

/** How well probabilities match frequencies on some rows. Errors are in [0, 1], nll in nats, Brier's score in [0, 2]. */
export interface CalibrationSummary {
  readonly nll: number
  readonly brier: number
  /** Murphy's parts: brier = reliability − resolution + uncertainty + withinBins. */
  readonly parts: {
    readonly reliability: number
    readonly resolution: number
    readonly uncertainty: number
    readonly withinBins: number
  }
  /** Expected calibration error over 15 bins of equal width, and over 15 bins of equal mass. */
  readonly ece: number
  readonly eceEqualMass: number
  /** At most 15, of equal width, lowest first. */
  readonly bins: readonly ReliabilityBin[]
}

/** Calibration of the best checkpoint, as trained and with one temperature for all logits. */
export interface RunCalibration {
  /** The rows behind both summaries: test rows if some are held out, otherwise validation rows. */
  readonly split: 'validation' | 'test'
  readonly rows: number
  readonly asTrained: CalibrationSummary
  /** What `asTrained.ece` would exceed once in twenty times if every confidence were honest; null if unknown. */
  readonly ecePercentile95: number | null
  /**
   * Fitted on the validation rows, so it flatters `scaled` if `split` is validation. Above 1: overconfident. Null if there
   * is no best temperature, for example if every prediction is right; `scaled` is then null too.
   */
  readonly temperature: number | null
  readonly scaled: CalibrationSummary | null
}

/** Outputs of the best checkpoint on rows of one split. */
export interface KeptOutputs {
  /** Number of rows: all of the split, or an evenly spaced sample of it. */
  readonly rows: number
  /** Base64 of rows × width numbers, row-major, each in four bytes: a float32, the least significant byte first. */
  readonly values: string
}

/**
 * What the best checkpoint predicts, for scores that need several models at once, such as an ensemble's. Bounded: at most
 * 2^16 numbers per split. A wider split is sampled, the same rows for every seed.
 */
export interface RunPredictions {
  /** Numbers per row: a logit for each class, or 1 standardized value for a regression. */
  readonly width: number
  readonly validation: KeptOutputs
  /** Null if the run reads no test rows. */
  readonly test: KeptOutputs | null
}

/** A checkpoint as numbers: base64 of float32 values, the least significant byte first. */
export interface KeptWeights {
  /** Every trainable parameter, in the order of the model. */
  readonly trainable: string
  /** The running statistics in the same order; empty if the model has none. */
  readonly statistics: string
}

/** How long a run took, and where. */
export interface RunTime {
  readonly seconds: number
  /** Processor, cores and number of workers. Times from other machines say nothing about a model. Omitted if unknown. */
  readonly machine?: string
}

/** What the last batches of a run tell about the weights of a layer. */
export interface LayerHealth {
  /** Position, kind and name of its weights: `0.dense.kernel`. */
  readonly name: string
  /** Norm of its part of the gradient, the mean over a few batches. */
  readonly gradientNorm: number
  readonly weightNorm: number
  readonly units: number
  /** Units to which none of these batches gave a gradient. */
  readonly deadUnits: number
}

interface RunBase {
  /** Fingerprint of request, workload and engine: the same work has the same id in every process. */
  readonly id: string
  readonly request: RunRequest
  readonly engine: string
  readonly steps: StepLog
  readonly evaluations: readonly Evaluation[]
  /** Wall-clock times; the only members that differ between two equal runs. */
  readonly timing: RunTime & { readonly stepsPerSecond: number }
}

/** A finished run. Only `complete` has metrics, and all of them are finite. */
export type RunResult =
  | (RunBase & {
      readonly status: 'complete'
      /** The checkpoint with the best validation objective; null for range tests and probes. */
      readonly best:
        | (BestCheckpoint & {
            /** Present if the job requests it. */
            readonly calibration?: RunCalibration
            /** Present if the run reads test rows or the job requests it; older versions kept none. */
            readonly predictions?: RunPredictions
            /** Its weights, if the study saves models. */
            readonly weights?: KeptWeights
            /** The moving average of the weights where it has the best validation objective; omitted as in an evaluation. */
            readonly averaged?: BestCheckpoint
            /** How much the test metrics depend on the test rows; omitted if verdicts hold on these rows alone. */
            readonly testRows?: RowValues
            /** The metrics that gates name of classes and segments; omitted if they name none. Only in runs that verify. */
            readonly subsets?: readonly SubsetMetrics[]
            /**
             * The objective on groups of the validation rows: how much it depends on which rows were drawn. Only in runs
             * that a stage selects by, and only if the objective is a mean over rows.
             */
            readonly rowGroups?: readonly number[]
            /**
             * What one mistake would cost, in nats: the mean over the validation rows of the loss if the most probable of
             * the wrong classes were the right one. Only beside `rowGroups`, and only for nll.
             */
            readonly mistakeCost?: number
          })
        | null
      readonly probe: Probe | null
      /** SHA-256 of the final weights. */
      readonly weights: string
      /** At the end of a verification run, in the order of the model; older versions logged none. */
      readonly layers?: readonly LayerHealth[]
    })
  /** The loss became non-finite; earlier log entries are kept. */
  | (RunBase & { readonly status: 'diverged'; readonly atStep: number; readonly reason: string })
  /** The process died or ran out of memory, or our own code threw. */
  | (RunBase & { readonly status: 'crashed'; readonly reason: string })

export type CompleteRun = Extract<RunResult, { status: 'complete' }>
export type CrashedRun = Extract<RunResult, { status: 'crashed' }>

/** What a crash leaves of a run: a reason, and nothing measured. */
export const crash = (reason: string): Pick<CrashedRun, 'status' | 'reason' | 'evaluations' | 'steps'> => ({
  status: 'crashed',
  reason,
  evaluations: [],
  steps: { loss: [], learningRate: [], gradientNorm: [], clipped: [] },
})

/** A run that crashed outside of its trainer, so nothing is known of its time either. */
export const crashedRun = (of: Pick<RunBase, 'id' | 'request' | 'engine'>, reason: string): CrashedRun => ({
  ...of,
  ...crash(reason),
  timing: { seconds: 0, stepsPerSecond: 0 },
})
