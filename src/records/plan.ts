import type { GateRule } from './gates.ts'
import type { Shape } from '../layers/definition.ts'
import type { Layer } from '../layers/layer.ts'
import type { LeverName, Levers, LeverValue } from './levers.ts'
import type { MetricName, Task } from './metrics.ts'

export type { GateRule, OnInconclusive } from './gates.ts'

/** Name of a stage, as the spec writes it. `stages/index.ts` lists them. */
export type StageName = string

/** What the compiler must know of the data, and nothing more; the data themselves never enter a plan. */
export interface DataFacts {
  readonly fingerprint: string
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number }
  readonly inputShape: Shape
  /** Class names in the order of their indices; null for regression. */
  readonly classes: readonly string[] | null
}

/** What a run trains and how it is measured; the same for every run of a plan. */
export interface Workload {
  readonly task: Task
  readonly data: DataFacts
  readonly layers: readonly Layer[]
  /** Trainable numbers in the model. */
  readonly parameters: number
  /** The metric that stages compare on the validation split; test data are never looked at before the verification. */
  readonly objective: MetricName
  /** The augmentation that strength 1 means. */
  readonly augmentation: AugmentationPolicy
  /** Validation metrics are computed after every so many epochs, and at the end. */
  readonly evaluateEvery: number
}

/** Full-strength augmentation; a strength s scales every amount by s. All zero where there is nothing to augment. */
export interface AugmentationPolicy {
  /** Largest shift, as a share of height and width. */
  readonly shift: number
  /** Chance of a left-right flip. */
  readonly flip: number
  /** Side of an erased square, as a share of the image's side. */
  readonly erase: number
  /** SD of Gaussian noise on standardized numeric inputs. */
  readonly noise: number
  /** Beta(α, α) parameter of mixup; 0 is off. */
  readonly mixup: number
}

/** A compiled study: everything the executor needs, serializable, the same text for the same spec and data. */
export interface Plan {
  readonly version: 1
  readonly name: string
  /** SHA-256 over all other members. */
  readonly fingerprint: string
  readonly specFingerprint: string
  readonly seed: number
  readonly workload: Workload
  /** The levers as the spec declares them: the fixed reference. */
  readonly baseline: Levers
  /** In the order they run; `needs` names the edges. */
  readonly jobs: readonly StageJob[]
  readonly gates: readonly GateRule[]
  readonly budget: Budget
}

export interface Budget {
  /** Wall-clock limit; null is none. A study that it stops says so and is not reproducible beyond that point. */
  readonly minutes: number | null
  /** Limit on runs (one trial under one seed); null is none. */
  readonly trials: number | null
  /** Runs that verification will need and no other stage may spend. */
  readonly reservedForVerification: number
}

export interface StageJob {
  readonly id: StageName
  readonly needs: readonly StageName[]
  /** SHA-256 over workload, settings and the fingerprints of what it needs. */
  readonly fingerprint: string
  readonly settings: StageSettings
  /** What the stage may ask for, as far as it can be known before its inputs are. */
  readonly templates: readonly TrialTemplate[]
  readonly estimate: { readonly runs: number; readonly steps: number }
}

/** A family of trials of one stage. */
export interface TrialTemplate {
  readonly id: string
  readonly title: string
  readonly job: RunJob['kind']
  /** The levers that it moves, with the values where they are known before the run. */
  readonly varies: readonly { readonly lever: LeverName; readonly values: readonly LeverValue[] | null }[]
  readonly trials: number
  readonly seeds: number
  readonly stepsPerRun: number
  /** Said where the trials happen only under a condition, as "if an edge was found". */
  readonly condition: string | null
}

/** What the settings of every stage have. The others belong to the stage: see its definition in `stages/`. */
export interface StageSettings {
  readonly stage: StageName
}

/** What a run does. */
export type RunJob =
  | {
    readonly kind: 'train'
    /** Share of the levers' epochs; the schedule is compressed to it. In (0, 1]. */
    readonly length: number
    /** Share of that after which the run stops, the schedule not compressed (successive halving). In (0, 1]. */
    readonly stopAfter: number
    /** Whether test metrics of the best checkpoint are computed; only verification may. */
    readonly evaluateTest: boolean
    /** Whether the best checkpoint's probabilities are summed up for a reliability diagram (classification only). */
    readonly calibration?: true
  }
  | { readonly kind: 'range-test'; readonly from: number; readonly to: number; readonly steps: number }
  | {
    /** Throughput, memory and gradient noise at the levers' batch size; runs alone on the machine. */
    readonly kind: 'probe'
    readonly steps: number
    readonly memoryMiB: number
  }
