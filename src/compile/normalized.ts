import type { NamedColumns } from '../data/types.ts'
import type { MissingConfig } from '../data/missing.ts'
import type { Standardize } from '../data/scaling.ts'
import type { CategoriesConfig, LabelsConfig, PartFiles, WeightingConfig } from '../data/types.ts'
import type { Checks } from '../dsl/tuning.gen.ts'
import type { Shape } from '../layers/definition.ts'
import type { NormalizedLayer } from '../layers/layer.ts'
import type { LeverName, Levers, SchedulingLevers } from '../records/levers.ts'
import type { LeastEffects, MetricName, Task } from '../records/metrics.ts'
import type { AugmentationPolicy, GateRule, StageSettings } from '../records/plan.ts'
import type { ResultSplit, ResultsSettings } from '../records/results.ts'
import type { TrainerSettings } from '../records/trainer.ts'
import type { WarmupShare } from './presets/definition.ts'
import type { PresetName } from './presets/index.ts'

/** A spec without shorthand and with every default filled in. What only the data determine is still named, not counted. */
export type NormalizedSpec = ModelSpec | TrainerSpec

/** A spec of a model of our own layers, on data that we read. */
export interface ModelSpec extends SpecBase {
  readonly evaluateEvery: number
  readonly data: NormalizedData
  readonly checks: NormalizedChecks
  readonly augmentation: AugmentationPolicy
  readonly layers: readonly NormalizedLayer[]
}

/** A spec of a training script, which has a model and data of its own. */
export interface TrainerSpec extends SpecBase {
  readonly trainer: TrainerSettings
  /** The levers that the spec gives a value. Others take the script's own default. */
  readonly given: readonly LeverName[]
}

export const isTrainerSpec = (spec: NormalizedSpec): spec is TrainerSpec => 'trainer' in spec

/** A spec of results that another tool made. Nothing is trained, so it has neither levers nor stages. */
export interface ResultsSpec extends Pick<SpecBase, 'version' | 'name' | 'task' | 'objective' | 'gates' | 'leastEffect'> {
  readonly results: ResultsSettings
  /** The metrics that every seed has, by split. */
  readonly measured: Readonly<Record<ResultSplit, readonly MetricName[]>>
}

interface SpecBase {
  readonly version: 1
  readonly name: string
  readonly task: Task
  readonly preset: PresetName
  readonly seed: number
  readonly objective: MetricName
  readonly levers: NormalizedLevers
  /** In process order, which is the order in the spec. */
  readonly stages: readonly StageSettings[]
  readonly gates: readonly GateRule[]
  /** As in the spec; omitted if it declares none. */
  readonly leastEffect?: LeastEffects
  readonly budget: { readonly minutes: number | null; readonly trials: number | null }
}

/** What the loader needs, except for resolving the path: `source` is as in the spec. */
export interface NormalizedData {
  readonly source: string
  /** Files of the other parts, if the data are split already; `source` then has the training rows. */
  readonly files?: PartFiles
  /** A column's name, or its position: "64" from 0, "-1" from the end. */
  readonly target: string
  /** All targets, if there are several; omitted for one. */
  readonly targets?: readonly string[]
  /** How `target` lists the labels of each row, if it is one column of labels; omitted if not. */
  readonly labels?: LabelsConfig
  readonly header: boolean | 'auto'
  readonly task: Task
  readonly inputs: NormalizedInputs
  readonly standardize: Standardize
  /** Scaling of single columns; omitted if there is none. */
  readonly scaling?: Readonly<Record<string, Standardize>>
  /** Weights of rows in the training loss; omitted if all are equal. */
  readonly weighting?: WeightingConfig
  /** Omitted if missing values are errors. */
  readonly missing?: MissingConfig
  /** Omitted if no category is merged. */
  readonly categories?: CategoriesConfig
  /** Columns that gates name as segments; omitted if there is none. */
  readonly segments?: readonly string[]
  readonly split: {
    readonly validation: number
    readonly test: number
    readonly stratify: boolean
    readonly groupBy: string | null
    readonly seed: number
    readonly time?: string
    readonly gap?: number
    /** Set if all seeds share their rows, and verdicts hold on these rows alone. */
    readonly fixed?: true
  }
}

export type NormalizedInputs =
  | { readonly kind: 'array'; readonly shape: Shape; readonly scale: number }
  | ({ readonly kind: 'columns'; readonly encoding: 'one-hot' | 'index' } & NamedColumns)
  | {
      readonly kind: 'text'
      readonly column: string
      /** A name, or the path of a tokenizer file as in the spec. */
      readonly tokenizer: string
      readonly vocabulary: number
      readonly length: number
      /** Columns beside the text; absent if there are none. */
      readonly columns?: NamedColumns
    }
  | { readonly kind: 'auto' }

export type NormalizedChecks = Readonly<Required<Checks>>

export type NormalizedLevers = Omit<Levers, 'scheduling'> & {
  readonly scheduling: Omit<SchedulingLevers, 'warmupSteps'> & { readonly warmupSteps: number | WarmupShare }
}
