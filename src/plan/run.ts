import type { Levers } from '../model/levers.ts'
import type { Metrics } from '../model/metrics.ts'
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

interface RunBase {
  /** Fingerprint of request, workload and engine: the same work has the same id in every process. */
  readonly id: string
  readonly request: RunRequest
  readonly engine: string
  readonly steps: StepLog
  readonly evaluations: readonly Evaluation[]
  /** Wall-clock; the only members that differ between two equal runs. */
  readonly timing: { readonly seconds: number; readonly stepsPerSecond: number }
}

/** A finished run. Only `complete` has metrics, and all of them are finite. */
export type RunResult =
  | (RunBase & {
    readonly status: 'complete'
    /** The checkpoint with the best validation objective; null for range tests and probes. */
    readonly best: { readonly step: number; readonly epoch: number; readonly validation: Metrics; readonly test: Metrics | null } | null
    readonly probe: Probe | null
    /** SHA-256 of the final weights. */
    readonly weights: string
  })
  /** The loss stopped being finite; what was logged before is kept. */
  | (RunBase & { readonly status: 'diverged'; readonly atStep: number; readonly reason: string })
  /** The process died or ran out of memory, or our own code threw. */
  | (RunBase & { readonly status: 'crashed'; readonly reason: string })

export type CompleteRun = Extract<RunResult, { status: 'complete' }>
