import type { LeverName, LeverPatch, Levers, LeverValue } from './levers.ts'
import type { MetricName, Metrics } from './metrics.ts'
import type { StageName } from './plan.ts'
import type { RunCalibration, RunTime } from './run.ts'

/** One lever moved, with what moved it. */
export interface LineageEntry {
  readonly stage: StageName
  readonly lever: LeverName
  readonly from: LeverValue
  readonly to: LeverValue
  /** A sentence for a person. */
  readonly reason: string
  readonly evidence: Evidence
}

export interface Evidence {
  readonly metric: MetricName | null
  /** In the better direction of the metric; null where the change does not rest on a comparison. */
  readonly gain: number | null
  /** The gain that seed noise alone would exceed once in twenty times. */
  readonly threshold: number | null
  readonly seeds: number
  /** Ids of the runs it rests on. */
  readonly runs: readonly string[]
  /** Training time of those runs, in seconds; a time, so it may differ between equal studies. */
  readonly seconds: number
}

/** A candidate held against the incumbent, under the same seeds. */
export interface Comparison {
  readonly label: string
  readonly patch: LeverPatch
  readonly metric: MetricName
  readonly seeds: readonly number[]
  /** One value a seed; null where that run diverged or crashed. */
  readonly incumbent: readonly (number | null)[]
  readonly candidate: readonly (number | null)[]
  readonly gain: number | null
  readonly threshold: number | null
  readonly outcome: 'better' | 'within-noise' | 'worse' | 'unstable' | 'undecidable'
  readonly runs: readonly string[]
}

/** Something that was not done, and why. */
export interface Omission {
  readonly what: string
  readonly why: string
}

export interface RangeTestFindings {
  readonly batchSize: number
  readonly curves: readonly {
    /** Null where the budget left it out. */
    readonly run: string | null
    readonly seed: number
    readonly edge: number | null
    /** Why there is no edge; null where there is one. */
    readonly reason: string | null
    /** fastai's "valley" and the steepest descent by the logarithm of the rate, for comparison only. */
    readonly valley: number | null
    readonly steepest: number | null
  }[]
  readonly edge: { readonly low: number; readonly center: number; readonly high: number } | null
  readonly confirmations: readonly {
    readonly factor: number
    readonly learningRate: number
    /** Objective on validation, one a seed; null where the run was not stable. */
    readonly scores: readonly (number | null)[]
    readonly outcome: 'chosen' | 'unstable' | 'worse' | 'within-noise'
  }[]
  /** The stable rate below the edge with the best mean; null where there is none. */
  readonly chosen: number | null
  /** Whether it became the incumbent's: it has to beat the one before by more than seed noise. */
  readonly adopted: boolean
  readonly conclusion: string
}

export interface BatchFindings {
  readonly probes: readonly {
    readonly batchSize: number
    readonly examplesPerSecond: number | null
    readonly peakMemoryMiB: number | null
    readonly outcome: 'fits' | 'too-large' | 'slower' | 'beyond-noise-scale'
    readonly note: string
  }[]
  readonly noiseScale: number | null
  readonly chosen: number
  readonly accumulate: number
  readonly learningRateFactor: number
  readonly recheck: RangeTestFindings | null
}

export interface GridFindings {
  readonly levers: readonly LeverName[]
  readonly cells: readonly {
    readonly patch: LeverPatch
    /** The last rung it reached, as a share of a full run. */
    readonly length: number
    readonly scores: readonly (number | null)[]
    readonly survived: boolean
  }[]
  /** ω² of each lever, in [0, 1]; null where it cannot be told. */
  readonly sensitivity: readonly { readonly lever: LeverName; readonly omegaSquared: number | null }[]
}

export interface VerifyFindings {
  /** Seeds at which the gates were to be judged, rising; left out by versions that looked once. */
  readonly looks?: readonly number[]
  readonly seeds: readonly {
    readonly seed: number
    readonly baseline: VerifiedRun
    readonly candidate: VerifiedRun
  }[]
}

/** A run on a seed that no selection saw; metrics are null where it did not complete. */
export interface VerifiedRun {
  readonly run: string
  readonly status: 'complete' | 'diverged' | 'crashed'
  readonly validation: Metrics | null
  readonly test: Metrics | null
  readonly weights: string | null
  /** Why it crashed; left out where it did not, and in reports from before it was kept. */
  readonly reason?: string
  /** Left out for a regression, and where the run did not complete. */
  readonly calibration?: RunCalibration
  /** Reports keep it under their times, and leave it out here. */
  readonly time?: RunTime
}

/** What a stage found beside its comparisons, by kind. A stage leaves out the kinds that it does not look for. */
export interface StageFindings {
  readonly stage: StageName
  readonly rangeTest?: RangeTestFindings
  readonly batch?: BatchFindings
  readonly grid?: GridFindings
  readonly verify?: VerifyFindings
}

export interface StageDecision {
  readonly stage: StageName
  /** The incumbent after the stage. */
  readonly levers: Levers
  readonly conclusion: 'changed' | 'kept' | 'inconclusive' | 'verified'
  /** What the stage concluded, in a sentence or two. */
  readonly summary: string
  readonly lineage: readonly LineageEntry[]
  readonly comparisons: readonly Comparison[]
  readonly omissions: readonly Omission[]
  readonly findings: StageFindings
  /** Every run that the stage asked for, in the order it asked. */
  readonly runs: readonly string[]
}
