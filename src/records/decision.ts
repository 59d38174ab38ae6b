import type { LeverName, LeverPatch, Levers, LeverValue } from './levers.ts'
import type { MetricName, Metrics, RowValues } from './metrics.ts'
import type { StageName } from './plan.ts'
import type { RunCalibration, RunTime } from './run.ts'
import type { SubsetMetrics } from './subsets.ts'

/** One lever moved, with the reason. */
export interface LineageEntry {
  readonly stage: StageName
  readonly lever: LeverName
  readonly from: LeverValue
  readonly to: LeverValue
  /** A sentence for the user. */
  readonly reason: string
  readonly evidence: Evidence
}

export interface Evidence {
  readonly metric: MetricName | null
  /** Oriented so that more is better for the metric; null if the change does not rest on a comparison. */
  readonly gain: number | null
  /** The gain that noise alone would exceed 1 time in 20. */
  readonly threshold: number | null
  readonly seeds: number
  /** Ids of the runs behind it. */
  readonly runs: readonly string[]
  /** Training time of those runs, in seconds. It is a time, so it may differ between equal studies. */
  readonly seconds: number
}

/** A candidate compared with the incumbent, under the same seeds. */
export interface Comparison {
  readonly label: string
  readonly patch: LeverPatch
  readonly metric: MetricName
  readonly seeds: readonly number[]
  /** One value per seed; null if that run diverged or crashed. */
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
    /** Null if the budget left it out. */
    readonly run: string | null
    readonly seed: number
    readonly edge: number | null
    /** Why there is no edge; null if there is one. */
    readonly reason: string | null
    /** fastai's "valley" and the steepest descent by the logarithm of the rate, for comparison only. */
    readonly valley: number | null
    readonly steepest: number | null
  }[]
  readonly edge: { readonly low: number; readonly center: number; readonly high: number } | null
  readonly confirmations: readonly {
    readonly factor: number
    readonly learningRate: number
    /** Objective on validation, one per seed; null if the run was not stable. */
    readonly scores: readonly (number | null)[]
    readonly outcome: 'chosen' | 'better' | 'unstable' | 'worse' | 'within-noise' | 'tried-once'
  }[]
  /** The rate after the range test; null if no rate was tried. In older reports: the best rate below the edge. */
  readonly chosen: number | null
  /** Whether the rate moved: it must beat the previous one by more than noise. */
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
  /** ω² of each lever, in [0, 1]; null if it cannot be determined. */
  readonly sensitivity: readonly { readonly lever: LeverName; readonly omegaSquared: number | null }[]
}

/** Configurations around the incumbent that were trained once each, before the best were confirmed under other seeds. */
export interface ExploredFindings {
  readonly levers: readonly { readonly lever: LeverName; readonly own: LeverValue }[]
  /** The incumbent's own trial first, with an empty patch. */
  readonly trials: readonly {
    readonly patch: LeverPatch
    /** Objective on validation under one seed; null if the run was not stable. */
    readonly score: number | null
    /** Whether it was compared with the incumbent under other seeds. */
    readonly confirmed: boolean
  }[]
  /** Symptoms in the incumbent's curves, and what was tried against each. */
  readonly remedies: readonly {
    readonly symptom: string
    readonly patch: LeverPatch
    /** `moved`: it became the incumbent's. `not-confirmed`: better once, not under other seeds. */
    readonly outcome: 'moved' | 'not-confirmed' | 'no-better'
  }[]
  /** Share of the variance of the trials that each lever explains (ω²), in [0, 1]; null if it cannot be determined. */
  readonly shares: readonly { readonly lever: LeverName; readonly share: number | null }[]
}

export interface VerifyFindings {
  /** Seed counts at which the gates were to be judged, ascending; omitted by versions with a single look. */
  readonly looks?: readonly number[]
  readonly seeds: readonly {
    readonly seed: number
    readonly baseline: VerifiedRun
    readonly candidate: VerifiedRun
  }[]
}

export interface SplitMetrics {
  readonly validation: Metrics
  /** Null if no rows are held out. */
  readonly test: Metrics | null
}

/** A run on a seed that no selection used; metrics are null if it did not complete. */
export interface VerifiedRun {
  readonly run: string
  readonly status: 'complete' | 'diverged' | 'crashed'
  readonly validation: Metrics | null
  readonly test: Metrics | null
  /** How much the test metrics depend on the test rows; omitted if verdicts hold on these rows alone. */
  readonly testRows?: RowValues
  /** The metrics that gates name of classes and segments; omitted if they name none. */
  readonly subsets?: readonly SubsetMetrics[]
  readonly weights: string | null
  /** Why it crashed; omitted if it did not, and in reports from before it was recorded. */
  readonly reason?: string
  /** Omitted for a regression, and if the run did not complete. */
  readonly calibration?: RunCalibration
  /** The moving average of the weights in their place; omitted if the run kept none. */
  readonly averaged?: SplitMetrics
  /** Reports store it with their times, and omit it here. */
  readonly time?: RunTime
}

/** What a stage found besides its comparisons, by kind. A stage omits the kinds that it does not look for. */
export interface StageFindings {
  readonly stage: StageName
  readonly rangeTest?: RangeTestFindings
  readonly batch?: BatchFindings
  readonly grid?: GridFindings
  readonly explored?: ExploredFindings
  readonly verify?: VerifyFindings
}

export interface StageDecision {
  readonly stage: StageName
  /** The incumbent after the stage. */
  readonly levers: Levers
  readonly conclusion: 'changed' | 'kept' | 'inconclusive' | 'verified'
  /** What the stage concluded, in one or two sentences. */
  readonly summary: string
  readonly lineage: readonly LineageEntry[]
  readonly comparisons: readonly Comparison[]
  readonly omissions: readonly Omission[]
  readonly findings: StageFindings
  /** Every run that the stage requested, in order of request. */
  readonly runs: readonly string[]
}

/** What the verification of a study found; null if none ran. */
export const verifyFindings = (decisions: readonly StageDecision[]): VerifyFindings | null =>
  decisions.flatMap(({ findings }) => findings.verify ?? [])[0] ?? null
