import type { Levers } from './levers.ts'
import type { Metrics } from './metrics.ts'
import type { RunJob, StageName } from './plan.ts'

/** One trial to be trained under one seed. */
export interface RunRequest {
  readonly stage: StageName
  /** What a person calls it: `weightDecay 0.03, dropout 0.15`. */
  readonly label: string
  readonly levers: Levers
  readonly seed: number
  readonly job: RunJob
}

/** One entry a step; all arrays have the same length. Values are rounded to 6 significant digits at the source. */
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
  /** On a fixed sample of the training rows, as large as the validation split at most; without augmentation and dropout. */
  readonly train: Metrics
  readonly validation: Metrics
}

export interface Probe {
  readonly examplesPerSecond: number
  readonly peakMemoryMiB: number
  /** Simple gradient noise scale in examples (McCandlish et al., 2018); null where the estimate of |G|² is not positive. */
  readonly noiseScale: number | null
}

/** One bar of a reliability diagram: the predictions whose confidence lies in [from, to); the last bar holds 1 as well. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  /** Predictions in it, above 0: empty bars are left out. */
  readonly count: number
  /** Mean confidence (largest probability) of them, in [0, 1]: where the bar stands. */
  readonly confidence: number
  /** Share of them that are right, in [0, 1]: how high it is. On the diagonal the two are equal. */
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
  /** Expected calibration error over 15 bins of equal width, and over 15 of equal mass. */
  readonly ece: number
  readonly eceEqualMass: number
  /** At most 15, of equal width, lowest first. */
  readonly bins: readonly ReliabilityBin[]
}

/** Calibration of the best checkpoint, as trained and with one temperature for all logits. */
export interface RunCalibration {
  /** The rows that both summaries are of: test where rows are kept back for it, else validation. */
  readonly split: 'validation' | 'test'
  readonly rows: number
  readonly asTrained: CalibrationSummary
  /** What `asTrained.ece` would exceed once in twenty times if every confidence were honest; null where not known. */
  readonly ecePercentile95: number | null
  /**
   * Fitted on the validation rows, so that on `split` validation it flatters `scaled`. Above 1: overconfident. Null where
   * there is no best one, as when every prediction is right; then `scaled` is null too.
   */
  readonly temperature: number | null
  readonly scaled: CalibrationSummary | null
}

/** How long a run took, and on what. */
export interface RunTime {
  readonly seconds: number
  /** Processor, cores and workers side by side: times of other machines say nothing of a model. Left out where not known. */
  readonly machine?: string
}

interface RunBase {
  /** Fingerprint of request, workload and engine: the same work has the same id in every process. */
  readonly id: string
  readonly request: RunRequest
  readonly engine: string
  readonly steps: StepLog
  readonly evaluations: readonly Evaluation[]
  /** Wall-clock; the only members that differ between two equal runs. */
  readonly timing: RunTime & { readonly stepsPerSecond: number }
}

/** A finished run. Only `complete` has metrics, and all of them are finite. */
export type RunResult =
  | (RunBase & {
    readonly status: 'complete'
    /** The checkpoint with the best validation objective; null for range tests and probes. */
    readonly best: {
      readonly step: number; readonly epoch: number; readonly validation: Metrics; readonly test: Metrics | null
      /** Present where the job asks for it. */
      readonly calibration?: RunCalibration
    } | null
    readonly probe: Probe | null
    /** SHA-256 of the final weights. */
    readonly weights: string
  })
  /** The loss stopped being finite; what was logged before is kept. */
  | (RunBase & { readonly status: 'diverged'; readonly atStep: number; readonly reason: string })
  /** The process died or ran out of memory, or our own code threw. */
  | (RunBase & { readonly status: 'crashed'; readonly reason: string })

export type CompleteRun = Extract<RunResult, { status: 'complete' }>
