import type { Diagnostic } from '../base/diagnostics.ts'
import type { Stage as WrittenStage } from '../dsl/tuning.gen.ts'
import type {
  Bucket,
  LeverName,
  Levers,
  LeverValue,
  RegularizationLevers,
  ScheduleName,
  SchedulingLevers,
} from '../records/levers.ts'
import type { StageSettings, TrialTemplate } from '../records/plan.ts'
import type { Study } from './estimate.ts'
import type { StageSchema } from './schema.ts'
import type { StageContext, StageProcess } from './stage.ts'

/**
 * A stage: everything that is special about it. Every stage is one entry of `index.ts`. Code that normalizes, checks,
 * estimates, runs or describes a stage uses its definition. All methods are pure: `process` requests runs, and another part
 * of the program trains them.
 *
 * @typeParam Settings the stage's settings with every default filled in
 * @typeParam Written the settings as the spec writes them
 */
export interface StageDefinition<Settings extends StageSettings = StageSettings, Written = unknown> {
  /** The name in specs, plans, locks and reports. It never changes. */
  readonly name: Settings['stage']
  /** The stage's part of the JSON Schema of the spec. */
  readonly schema: StageSchema
  /** The bucket of levers that it tunes; absent if it moves none. Diagnosis and checklist find the stage by it. */
  readonly tunes?: Bucket
  /** True if it tunes the hyperparameters that only a training script has. */
  readonly tunesCustom?: true
  /** Levers that it tunes instead of the stage of their bucket. */
  readonly tunesToo?: readonly LeverName[]
  /**
   * Why one decision may move several levers, in the words of the checklist. If absent, the stage moves one lever at a time.
   */
  readonly movesTogether?: string
  /** The charts in the stage's section of a report, by id, with each group in its own row. */
  readonly charts: readonly ChartGroup[]
  /** True if those charts show every step of the stage's runs. Curves of other stages are stored by epoch. */
  readonly chartsSteps?: true

  /** Fills in every setting that the spec omits. */
  normalize(written: Written, context: SpecContext): Settings
  /** Reports what a JSON Schema cannot check in the settings. */
  check?(settings: Settings, written: Written, context: SpecContext, report: ReportProblem): void
  /**
   * The setting for the number of seeds in a comparison, and its value. With one seed the stage can move no lever, since the
   * noise of a difference is unknown. Absent if the stage compares nothing.
   */
  comparisonSeeds?(settings: Settings): { readonly key: string; readonly seeds: number }
  /** The levers and values that the settings name. Absent if the stage finds its values while it runs. */
  tries?(settings: Settings): readonly { readonly lever: LeverName; readonly values: readonly LeverValue[] }[]
  /** True if it requests probes of speed and memory. A training script may not answer them. */
  readonly probes?: true
  /** The levers without which it has nothing to do. Absent if it works with any. A training script may lack some. */
  readonly needs?: readonly LeverName[]
  /**
   * The most that the stage may train, as families of trials. It rests on the baseline, because the incumbent is unknown.
   */
  estimate(settings: Settings, study: Study): readonly TrialTemplate[]
  /**
   * Runs of its grid. An incomplete grid is worthless, so the budget must cover all of them. Absent if the stage has no
   * grid.
   */
  gridRuns?(templates: readonly TrialTemplate[]): number
  /** The stage itself: requests runs and decides from their results. */
  process(context: StageContext, settings: Settings): StageProcess
}

export interface ChartGroup {
  readonly ids: readonly string[]
}

/** What the settings of a stage may depend on, besides themselves. */
export interface SpecContext {
  /** The baseline, as far as it is known before the data are. */
  readonly levers: Omit<Levers, 'scheduling'> & { readonly scheduling: Pick<SchedulingLevers, 'schedule'> }
  /** The ranges to use if the spec gives none. */
  readonly preset: {
    readonly grid: { readonly [lever in keyof RegularizationLevers]: readonly number[] }
    readonly schedules: readonly ScheduleName[]
  }
  /** The settings of all listed stages by name, as written in the spec. */
  readonly written: Exclude<WrittenStage, string>
  /** Whether the baseline's value of a lever is known. A script may have defaults of its own, which it has not told yet. */
  known(lever: LeverName): boolean
  /** Why a lever cannot change a run of this spec, as a clause; undefined if it can. */
  idle(lever: LeverName): string | undefined
}

/** Reports an error in the settings of one stage. `path` leads from the settings to the value at fault. */
export type ReportProblem = (
  code: string,
  path: readonly string[],
  message: string,
  more?: Pick<Diagnostic, 'found' | 'allowed' | 'hint'>,
) => void
