import type { GateRule } from './gates.ts'
import type { Shape } from '../layers/definition.ts'
import type { Layer } from '../layers/layer.ts'
import { isCustom, type LeverName, type LeverPatch, type Levers, type LeverValue } from './levers.ts'
import type { LeastEffects, MetricName, Task } from './metrics.ts'
import type { SubsetRequest } from './subsets.ts'
import type { TrainerProgram } from './trainer.ts'

export type { GateRule, OnInconclusive } from './gates.ts'

/** Name of a stage in the spec. `stages/index.ts` lists them. */
export type StageName = string

/** What the compiler must know about the data, and nothing more. The data themselves never enter a plan. */
export interface DataFacts {
  readonly fingerprint: string
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number }
  readonly inputShape: Shape
  /** Class names in the order of their indices; null for regression. */
  readonly classes: readonly string[] | null
  /** Names of several targets of a regression; omitted for one. */
  readonly targets?: readonly string[]
  /** Number of token ids, padding and unknown included, if an input is a text column. */
  readonly vocabulary?: number
  /** How many of the inputs, from the first, are token ids, if there are columns beside the text. */
  readonly tokens?: number
  /** Ways to divide the training and validation rows, the split's own included; omitted if there is no other. */
  readonly folds?: number
}

/** Outputs that a model needs: one for each class, or for each target of a regression. */
export const outputCount = ({ classes, targets }: Pick<DataFacts, 'classes' | 'targets'>): number =>
  classes?.length ?? targets?.length ?? 1

/** About how many runs these jobs take. */
export const plannedRuns = ({ jobs }: Pick<Plan, 'jobs'>): number =>
  jobs.reduce((sum, { estimate }) => sum + estimate.runs, 0)

/** What a run trains and how it is measured; the same for every run of a plan. */
export type Workload = ModelWorkload | TrainerWorkload

interface WorkloadBase {
  readonly task: Task
  /** The metric that stages compare on the validation split. Test data are never read before the verification. */
  readonly objective: MetricName
}

/** A model of our own layers, on data that we read. */
export interface ModelWorkload extends WorkloadBase {
  readonly data: DataFacts
  readonly layers: readonly Layer[]
  /** Number of trainable parameters in the model. */
  readonly parameters: number
  /** The augmentation at strength 1. */
  readonly augmentation: AugmentationPolicy
  /** Validation metrics are computed every this many epochs, and at the end. */
  readonly evaluateEvery: number
  /** Metrics on request that the objective or a gate names; omitted if there is none. */
  readonly requested?: readonly MetricName[]
  /** What gates measure on classes and segments; omitted if there is none. */
  readonly subsets?: readonly SubsetRequest[]
}

/** A training script, which has a model and data of its own. */
export interface TrainerWorkload extends WorkloadBase {
  /** The rows as the script counts them; 0 where it does not say. A fingerprint of what its results are measured on. */
  readonly data: Pick<DataFacts, 'fingerprint' | 'rows'> & {
    /** Number of classes; null for regression, and if the script does not say. */
    readonly classCount: number | null
  }
  /** Number of trainable parameters; 0 if the script does not say. */
  readonly parameters: number
  /** The metrics that every evaluation has. */
  readonly metrics: readonly MetricName[]
  readonly program: TrainerProgram
}

/** Whether a run of this workload sees a lever. A script sees those that the spec maps, and its own. */
export const takes = (workload: Workload, lever: LeverName): boolean =>
  !isTrainer(workload) || isCustom(lever) || workload.program.levers[lever] !== undefined

/** The part of a patch that a run of this workload sees. */
export function visible(workload: Workload, patch: LeverPatch): LeverPatch {
  const seen = (Object.keys(patch) as LeverName[]).filter((lever) => takes(workload, lever))
  return Object.fromEntries(seen.map((lever) => [lever, patch[lever]]))
}

export const isTrainer = (workload: Workload): workload is TrainerWorkload => 'program' in workload

/** Full-strength augmentation; a strength s scales every amount by s. All zero if there is nothing to augment. */
export interface AugmentationPolicy {
  /** Largest shift, as a share of height and width. */
  readonly shift: number
  /** Probability of a left-right flip. */
  readonly flip: number
  /** Side of an erased square, as a share of the image's side. */
  readonly erase: number
  /** SD of Gaussian noise on standardized numeric inputs. */
  readonly noise: number
  /** Beta(α, α) parameter of mixup; 0 turns it off. */
  readonly mixup: number
}

/**
 * A compiled study: everything that the executor needs. It is serializable, with the same text for the same spec and data.
 */
export interface Plan<Of extends Workload = Workload> {
  readonly version: 1
  readonly name: string
  /** SHA-256 over all other members. */
  readonly fingerprint: string
  readonly specFingerprint: string
  readonly seed: number
  readonly workload: Of
  /** The levers as the spec declares them: the fixed reference. */
  readonly baseline: Levers
  /** In execution order; `needs` names the edges. */
  readonly jobs: readonly StageJob[]
  readonly gates: readonly GateRule[]
  /** The smallest gains that count as better in the report, by metric; omitted if the spec declares none. */
  readonly leastEffect?: LeastEffects
  readonly budget: Budget
}

export interface Budget {
  /** Wall-clock limit; null means none. A study that it stops says so and is not reproducible beyond that point. */
  readonly minutes: number | null
  /** Limit on runs (one trial under one seed); null means none. */
  readonly trials: number | null
  /** Runs that verification will need and that no other stage may use. */
  readonly reservedForVerification: number
}

export interface StageJob {
  readonly id: StageName
  readonly needs: readonly StageName[]
  /** SHA-256 over workload, settings and the fingerprints of the jobs that it needs. */
  readonly fingerprint: string
  readonly settings: StageSettings
  /** What the stage may request, as far as it can be known before its inputs are. */
  readonly templates: readonly TrialTemplate[]
  readonly estimate: { readonly runs: number; readonly steps: number }
}

/** A family of trials of one stage. */
export interface TrialTemplate {
  readonly id: string
  readonly title: string
  readonly job: RunJob['kind']
  /** The levers that it moves, with values if they are known before the run. */
  readonly varies: readonly { readonly lever: LeverName; readonly values: readonly LeverValue[] | null }[]
  readonly trials: number
  readonly seeds: number
  readonly stepsPerRun: number
  /** Set if the trials run only under a condition, such as "if an edge was found". */
  readonly condition: string | null
}

/** Settings that every stage has. The others belong to the stage; see its definition in `stages/`. */
export interface StageSettings {
  readonly stage: StageName
}

/** What a run does. */
export type RunJob =
  | {
      readonly kind: 'train'
      /** Share of the levers' epochs, in (0, 1]; the schedule is compressed to it. */
      readonly length: number
      /** Share of that after which the run stops without compressing the schedule (successive halving), in (0, 1]. */
      readonly stopAfter: number
      /** Whether to compute test metrics of the best checkpoint; only verification may. */
      readonly evaluateTest: boolean
      /** Whether to summarize the best checkpoint's probabilities for a reliability diagram (classification only). */
      readonly calibration?: true
      /** Whether to keep the best checkpoint's outputs on validation rows, as runs with `evaluateTest` do on both splits. */
      readonly predictions?: true
    }
  | { readonly kind: 'range-test'; readonly from: number; readonly to: number; readonly steps: number }
  | {
      /** Throughput, memory and gradient noise at the levers' batch size; runs alone on the machine. */
      readonly kind: 'probe'
      readonly steps: number
      readonly memoryMiB: number
    }
