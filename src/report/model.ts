import type { ChangedColumns } from '../data/changed-columns.ts'
import type { ChangedPart, ChangedTraining, NotCompared } from '../data/changed-rows.ts'
import type { Finding } from '../diagnose/finding.ts'
import type { MetricComparison } from '../gates/verification.ts'
import type { Bucket, LeverDifference, Levers } from '../records/levers.ts'
import type { LeastEffects, MetricName, Metrics, Task } from '../records/metrics.ts'
import type {
  BatchFindings,
  Comparison,
  Omission,
  StageDecision,
  StageFindings,
  VerifyFindings,
} from '../records/decision.ts'
import type { ByClass } from '../records/by-class.ts'
import type { EnsembleScores } from '../records/ensemble.ts'
import type { LockedChange, LockedSeed, SavedModel } from '../records/lock.ts'
import type { DataFacts, RunJob, StageName } from '../records/plan.ts'
import type { RunTime } from '../records/run.ts'
import type { WorstRows } from '../records/worst-rows.ts'
import type { TrainerRecord } from '../records/trainer.ts'
import type { Verdict } from '../records/verdict.ts'
import type { AveragedComparison } from '../gates/averaged.ts'
import type { GuessComparison } from '../gates/guess.ts'
import type { CalibrationSection } from './calibration.ts'

/**
 * Everything that a reader of a study needs, as data: `report.json`, and the only input of the renderers besides curves. Two
 * equal studies give the same report apart from `timing`, which holds everything that a clock or the machine decides, and
 * apart from the result of a training-time gate, if the spec declares one.
 */
export interface Report {
  readonly version: 1
  readonly tool: string
  readonly study: Study
  readonly verdict: Verdict
  /** What regression gates compared with; reads after "against"; null if there was nothing. */
  readonly against: string | null
  /** The runs of another spec that were retrained as the baseline; omitted if there were none. */
  readonly base?: RetrainedBase
  readonly levers: {
    readonly baseline: Levers
    readonly chosen: Levers
    readonly changes: readonly LeverChange[]
    /** From the lock's levers to the chosen ones; null without a lock. */
    readonly sinceLock: readonly LeverDifference[] | null
  }
  readonly lineage: readonly LockedChange[]
  /** Null if the verify stage did not run. */
  readonly verification:
    | (VerifyFindings & {
        readonly metrics: readonly MetricComparison[]
        /** Null for a regression, and if no seed of the winner completed. */
        readonly calibration: CalibrationSection | null
        /** Scores of the winner's seeds together; omitted if there are none, and in reports from before they were stored. */
        readonly ensemble?: EnsembleScores
        /** How the winner does on each class; omitted for a regression, and if its runs kept no predictions. */
        readonly byClass?: ByClass
        /** The rows that the winner gets most wrong; omitted if its runs kept no predictions. */
        readonly worst?: WorstRows
        /** The models that the study saved, in the order of the seeds; omitted if it saved none. */
        readonly models?: readonly SavedModel[]
        /** The winner's averaged weights; omitted if fewer than two of its runs kept an average. */
        readonly averaged?: readonly AveragedComparison[]
        /** Omitted if the winner is shown to be better than a guess, and if that is unknown. */
        readonly guess?: GuessComparison
      })
    | null
  readonly checklist: readonly ChecklistItem[]
  readonly stages: readonly StageReport[]
  /** In the order in which the stages requested them. */
  readonly runs: readonly RunSummary[]
  /** What the verification curves show, the winner's first; empty if no rule found anything or nothing was verified. */
  readonly diagnostics: readonly Finding[]
  readonly data: DataSection
  readonly omissions: readonly StudyOmission[]
  readonly budget: BudgetSection
  /** What a change alters about its measurement; omitted if nothing, or if no base commit judges. */
  readonly change?: ChangeSection
  readonly timing: Timing
}

export interface ChangeSection {
  /** Settings that the change alters without effect: the base commit's settings judged. */
  readonly rules: readonly AlteredRule[]
  /** The measured rows compared with the base commit's; omitted if they are the same. */
  readonly rows?: EvaluationRows
  /** The training rows compared with the base commit's; omitted if they are the same, or none were compared. */
  readonly training?: ChangedTraining
  /** Columns of the data compared with the base commit's, used or not; omitted if they are the same. */
  readonly columns?: ChangedColumns
}

export interface AlteredRule {
  /** Nested as in the spec: `data.split.test`. */
  readonly setting: string
  /** Values as text: the one that judged, and the change's. */
  readonly base: string
  readonly change: string
}

/** Parts of the split with a difference; none were compared if there is a reason. */
export type EvaluationRows = { readonly parts: readonly ChangedPart[] } | NotCompared

/** As passed to the gates, so that they can be judged again. */
export interface RetrainedBase {
  readonly source: string
  readonly runs: readonly LockedSeed[]
  readonly notes: readonly string[]
  readonly parameters?: number
}

export interface Study {
  readonly name: string
  /** The command that repeats the study. */
  readonly command: string
  readonly specFile: string
  readonly seed: number
  readonly engine: string
  readonly task: Task
  readonly objective: MetricName
  /** The smallest gains that count as better, by metric; omitted if the spec declares none. */
  readonly leastEffect?: LeastEffects
  /** The model, one line per layer. */
  readonly layers: readonly string[]
  readonly parameters: number
  /** The training script that made the numbers; omitted for a model of a spec. */
  readonly trainer?: TrainerRecord
  readonly fingerprints: { readonly spec: string; readonly plan: string; readonly data: string }
}

/** A lever that changed, and the lineage entries that moved it. */
export interface LeverChange extends LeverDifference {
  readonly bucket: Bucket
  /** Positions in the lineage, from 0. */
  readonly lineage: readonly number[]
}

export type BoxState = 'done' | 'not-done' | 'skipped' | 'inconclusive'

/** One box of the process, with its evidence. */
export interface ChecklistItem {
  readonly id: string
  readonly title: string
  readonly state: BoxState
  readonly evidence: string
}

export interface StageReport {
  readonly stage: StageName
  /** `skipped` if the spec leaves it out; `not-reached` if the study ended earlier. */
  readonly state: 'ran' | 'skipped' | 'not-reached'
  readonly conclusion: StageDecision['conclusion'] | null
  readonly summary: string
  readonly comparisons: readonly Comparison[]
  readonly findings: TimelessFindings | null
  readonly runs: readonly string[]
  readonly planned: { readonly runs: number; readonly steps: number } | null
}

/** Findings without what a clock measured: a probe keeps its batch size here and the rest under `timing`. */
export interface TimelessFindings extends Omit<StageFindings, 'batch'> {
  readonly batch?: TimelessBatch
}

export type TimelessBatch = Omit<BatchFindings, 'probes'> & { readonly probed: readonly number[] }

export interface RunSummary {
  readonly id: string
  readonly stage: StageName
  readonly label: string
  readonly seed: number
  /** Which training and validation rows it has; omitted for those of the split itself. */
  readonly fold?: number
  readonly job: RunJob
  /** From the declared levers to the levers of the run. */
  readonly differences: readonly LeverDifference[]
  readonly status: 'complete' | 'diverged' | 'crashed'
  /** Why it did not complete; null if it did. */
  readonly reason: string | null
  readonly steps: number
  readonly best: {
    readonly step: number
    readonly epoch: number
    readonly validation: Metrics
    readonly test: Metrics | null
  } | null
  /** Share of steps with a clipped gradient, and the norms before clipping; null if no step was logged. */
  readonly gradient: { readonly clippedShare: number; readonly median: number; readonly p90: number } | null
  readonly weights: string | null
  /** Path of its curves, relative to the report. */
  readonly curve: string
}

export interface DataSection {
  readonly source: string
  readonly rows: DataFacts['rows']
  readonly inputShape: DataFacts['inputShape']
  readonly classes: DataFacts['classes']
  readonly targets?: readonly string[]
  /** Checks that ran, by name. */
  readonly checks: readonly string[]
  /** What the checks found; `severity` is absent for warnings. */
  readonly findings: readonly { readonly check: string; readonly severity?: 'note'; readonly message: string }[]
  readonly notes: readonly string[]
}

export interface StudyOmission extends Omission {
  /** Null if it concerns the study as a whole. */
  readonly stage: StageName | null
}

export interface BudgetSection {
  readonly minutes: number | null
  readonly trials: number | null
  readonly reservedForVerification: number
  readonly plannedRuns: number
  readonly runs: number
  /** The limit that was hit first. */
  readonly exhausted: 'minutes' | 'trials' | null
  /** Set if time left out runs, whichever limit was hit first; absent in reports from before it was stored. */
  readonly cutShort?: 'minutes'
}

/** Everything that may differ between two equal studies. */
export interface Timing {
  /** ISO 8601; null if the caller hides it. */
  readonly startedAt: string | null
  readonly seconds: number
  readonly stages: readonly { readonly stage: StageName; readonly seconds: number }[]
  readonly runs: readonly RunTiming[]
  /** Times of the runs at `base`, in their order; null if one did not complete. Omitted with `base`. */
  readonly base?: readonly (RunTime | null)[]
  /** Training seconds behind each lineage entry, in the same order. */
  readonly lineage: readonly number[]
  readonly probes: BatchFindings['probes']
  readonly machine: {
    readonly platform: string
    readonly cores: number
    readonly workers: number
    readonly node: string
    /** A clause: why the study used this engine; absent in reports from before it was stored. */
    readonly whyEngine?: string
  } | null
}

export interface RunTiming extends RunTime {
  readonly id: string
  readonly stepsPerSecond: number
}
