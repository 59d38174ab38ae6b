import type { ScheduleStage } from '../dsl/tuning.gen.ts'
import type { LeverName, LeverPatch, LeverValue, OptimizerName, ScheduleName } from '../records/levers.ts'
import { leverValue, stepsOfRun } from '../records/levers.ts'
import type { StageSettings, TrialTemplate } from '../records/plan.ts'
import { quantile } from '../stats/describe.ts'
import { shown } from '../stats/outcome.ts'
import { challenge, trainArms, unmoved, type Arm } from './compare.ts'
import type { StageDefinition } from './definition.ts'
import { training, type Study } from './estimate.ts'
import { StageRecorder, type Asking } from './recorder.ts'
import { listSchema, seedsSchema } from './schema.ts'
import { selectionSeeds } from './seeds.ts'
import type { StageContext, StageProcess } from './stage.ts'

export interface ScheduleSettings extends StageSettings {
  readonly stage: 'schedule'
  readonly schedules: readonly ScheduleName[]
  /** Warmup lengths as shares of a run's steps. */
  readonly warmupFractions: readonly number[]
  /** Percentiles of the logged gradient norms to try as the clip norm. */
  readonly clipPercentiles: readonly number[]
  readonly optimizers: readonly OptimizerName[]
  readonly seeds: number
}

const defaults: Omit<ScheduleSettings, 'stage' | 'schedules'> = {
  warmupFractions: [0, 0.05, 0.2],
  clipPercentiles: [0.5, 0.9],
  optimizers: ['adamw', 'sgd'],
  seeds: 3,
}

/** The lever that each list of the settings varies. */
const comparedLevers = [
  ['schedules', 'schedule'],
  ['warmupFractions', 'warmupSteps'],
  ['clipPercentiles', 'clipNorm'],
  ['optimizers', 'optimizer'],
] as const

/** Refines how the learning rate moves over a run. */
export const schedule: StageDefinition<ScheduleSettings, ScheduleStage> = {
  name: 'schedule',
  schema: {
    summary: 'Compares schedules, warmup lengths, clip norms and optimizers.',
    key: 'scheduleStage',
    description: 'Settings of the schedule stage. An empty list skips that comparison.',
    properties: {
      schedules: {
        title: 'Schedules',
        description: "Schedules to compare with the incumbent's. null: the preset's.",
        type: ['array', 'null'],
        items: { $ref: '#/$defs/schedule' },
        uniqueItems: true,
        maxItems: 6,
        default: null,
      },
      warmupFractions: listSchema(
        'Warmup shares',
        'Warmup lengths to compare, as shares of the steps of a run.',
        { type: 'number', minimum: 0, maximum: 0.5 },
        { uniqueItems: true, maxItems: 10 },
        defaults.warmupFractions,
      ),
      clipPercentiles: listSchema(
        'Clip percentiles',
        'Quantiles of the logged gradient norms to compare as clip norms.',
        { type: 'number', exclusiveMinimum: 0, maximum: 1 },
        { uniqueItems: true, maxItems: 10 },
        defaults.clipPercentiles,
      ),
      optimizers: listSchema(
        'Optimizers',
        "Optimizers to compare with the incumbent's.",
        { $ref: '#/$defs/optimizer' },
        { uniqueItems: true, maxItems: 3 },
        defaults.optimizers,
      ),
      seeds: seedsSchema('Seeds of each comparison.', defaults.seeds),
    },
  },
  tunes: 'scheduling',
  tunesToo: ['optimizer'],
  charts: [{ ids: ['schedules', 'schedule-results', 'gradient-norms'] }],
  chartsSteps: true,
  /** The incumbent's own schedule and optimizer are not compared with themselves. */
  normalize(written, { preset, levers, idle, known }) {
    const { warmupFractions, clipPercentiles, optimizers, seeds } = { ...defaults, ...written }
    const unlessIdle = <T>(lever: LeverName, values: readonly T[]): readonly T[] => (idle(lever) === undefined ? values : [])
    return {
      stage: 'schedule',
      warmupFractions: unlessIdle('warmupSteps', warmupFractions),
      clipPercentiles: unlessIdle('clipNorm', clipPercentiles),
      seeds,
      schedules: unlessIdle('schedule', written.schedules ?? preset.schedules).filter(
        (s) => !known('schedule') || s !== levers.scheduling.schedule,
      ),
      optimizers: unlessIdle('optimizer', optimizers).filter(
        (o) => !known('optimizer') || o !== levers.optimization.optimizer,
      ),
    }
  },
  /** Only a list in the spec can name a lever without effect. */
  check(_settings, written, { idle }, report) {
    for (const [key, lever] of comparedLevers) {
      const why = (written[key]?.length ?? 0) > 0 ? idle(lever) : undefined
      if (why !== undefined) report('lever-without-effect', [key], `${lever} has no effect: ${why}`)
    }
  },
  comparisonSeeds: ({ seeds }) => ({ key: 'seeds', seeds }),
  estimate,
  process,
}

/** One comparison after another, each with the incumbent that the previous one left. The incumbent's runs already exist. */
function estimate(settings: ScheduleSettings, study: Study): TrialTemplate[] {
  const { schedules, optimizers, clipPercentiles, seeds } = settings
  const { schedule: own, warmupSteps, clipNorm } = study.baseline.scheduling
  const warmups = warmupLengths(settings, study.runSteps, warmupSteps)
  // One for each quantile, and one without clipping if the incumbent clips.
  const clips = clipPercentiles.length === 0 ? 0 : clipPercentiles.length + (clipNorm === null ? 0 : 1)
  const compare = (id: string, title: string, lever: LeverName, trials: number, values: readonly LeverValue[] | null) =>
    training(study, { id, title, varies: [{ lever, values }], trials, seeds })
  return [
    compare('incumbent', 'incumbent', 'schedule', 1, [own]),
    compare('schedules', 'against', 'schedule', schedules.length, schedules),
    compare('warmups', 'against', 'warmupSteps', warmups.length, warmups),
    compare('clip-norms', `quantiles ${clipPercentiles.join(', ')} of the gradient norms, none`, 'clipNorm', clips, null),
    compare('optimizers', 'against', 'optimizer', optimizers.length, optimizers),
  ].filter((t) => t.trials > 0)
}

/** Warmup lengths in steps, except the one that the levers already have. */
function warmupLengths({ warmupFractions }: ScheduleSettings, runSteps: number, own: number): number[] {
  const lengths = new Set(warmupFractions.map((f) => Math.round(f * runSteps)))
  lengths.delete(own)
  return [...lengths]
}

interface Candidate {
  readonly label: string
  readonly patch: LeverPatch
}

/**
 * First the schedule, then the length of warmup, then the clip norm (from the logged gradient norms), and last the optimizer
 * with everything else fixed. The levers come one after another, each starting from the incumbent that the previous one
 * left.
 */
function* process(context: StageContext, settings: ScheduleSettings): StageProcess {
  const recorder = new StageRecorder(context)
  const seeds = selectionSeeds(context.seed, settings.seeds)

  yield* challenge(recorder, 'comparison of schedules', otherValues(recorder, 'schedule', settings.schedules), seeds)
  yield* challenge(recorder, 'comparison of warmup lengths', warmups(recorder, settings), seeds)
  if (settings.clipPercentiles.length > 0) {
    const logged = yield* incumbentRuns(recorder, 'comparison of clip norms', seeds)
    yield* challenge(
      recorder,
      'comparison of clip norms',
      clips(recorder, settings.clipPercentiles, logged ? gradientNorms(logged) : []),
      seeds,
    )
  }

  yield* challenge(recorder, 'comparison of optimizers', otherValues(recorder, 'optimizer', settings.optimizers), seeds)

  if (recorder.lineage.length > 0) {
    const words = `Of ${recorder.comparisons.length} candidates, these beat the incumbent by more than seed noise: ${recorder.moves()}.`
    return recorder.close('changed', words, {})
  }
  const { conclusion, sentence } = unmoved(recorder)
  return recorder.close(conclusion, sentence, {})
}

/** The values that the incumbent does not have. */
function otherValues({ incumbent }: StageRecorder, lever: LeverName, values: readonly string[]): Candidate[] {
  const others = values.filter((value) => value !== leverValue(incumbent, lever))
  return others.map((value) => ({ label: `${lever} ${value}`, patch: { [lever]: value } }))
}

/** The incumbent's own runs, for their logs. A later comparison with them gets the same runs, so they are trained once. */
function* incumbentRuns(recorder: StageRecorder, what: string, seeds: readonly number[]): Asking<Arm | undefined> {
  if (!recorder.affords(seeds.length, what)) return undefined
  return (yield* trainArms(recorder, [{ label: 'incumbent', patch: {} }], seeds))[0]
}

/** Steps of a full run, which the schedule covers. A run that early stopping ended logs fewer. */
const stepsOf = ({ context, incumbent }: StageRecorder): number => stepsOfRun(incumbent, context.workload.data.rows.train)

function warmups(recorder: StageRecorder, settings: ScheduleSettings): Candidate[] {
  const { schedule: name, warmupSteps: own } = recorder.incumbent.scheduling
  // One-cycle has its own rise, which a warmup of 0 leaves as it is.
  const label = (steps: number): string =>
    steps === 0 && name === 'one-cycle' ? 'one-cycle warmup (30 % of a run)' : `warmup ${steps} steps`
  return warmupLengths(settings, stepsOf(recorder), own).map((warmupSteps) => ({
    label: label(warmupSteps),
    patch: { warmupSteps },
  }))
}

/** Gradient norms of every step of the incumbent's runs. The clip norm is derived from them. */
const gradientNorms = (arm: Arm): number[] =>
  arm.outcomes.flatMap((o) => (o.status === 'complete' ? o.steps.gradientNorm.filter(Number.isFinite) : []))

function clips(recorder: StageRecorder, percentiles: readonly number[], norms: readonly number[]): Candidate[] {
  if (norms.length === 0) return []
  const levels = new Set(percentiles.map((p) => Number(quantile(norms, p).toPrecision(2))))
  if (recorder.incumbent.scheduling.clipNorm !== null) levels.delete(recorder.incumbent.scheduling.clipNorm)
  const candidates: Candidate[] = [...levels]
    .filter((n) => n > 0)
    .map((clipNorm) => ({ label: `clip norm ${shown(clipNorm)}`, patch: { clipNorm } }))
  return recorder.incumbent.scheduling.clipNorm === null
    ? candidates
    : [...candidates, { label: 'no clipping', patch: { clipNorm: null } }]
}
