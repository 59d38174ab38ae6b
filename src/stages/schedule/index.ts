import type { ScheduleStage } from '../../dsl/tuning.gen.ts'
import { optimizerNames, type LeverName } from '../../records/levers.ts'
import type { TrialTemplate } from '../../records/plan.ts'
import type { StageDefinition } from '../definition.ts'
import type { Study } from '../estimate.ts'
import { configurations, rateFactors } from '../configurations.ts'
import { comparedSeeds, exploreSchema, listSchema, seedsSchema } from '../schema.ts'
import { searchTemplates } from '../search-estimate.ts'
import { refineSchedule } from './process.ts'
import { gridLevers } from '../regularize/settings.ts'
import { ratesFor, roundSize, warmupLengths, type ScheduleSettings } from './settings.ts'

const defaults: Omit<ScheduleSettings, 'stage' | 'schedules'> = {
  warmupFractions: [0, 0.05, 0.2],
  clipPercentiles: [0.5, 0.9],
  optimizers: ['adamw', 'sgd'],
  explore: 6,
  rounds: 2,
  seeds: 4,
}

/** The lever that each list of the settings varies. */
const comparedLevers = [
  ['schedules', 'schedule'],
  ['warmupFractions', 'warmupSteps'],
  ['clipPercentiles', 'clipNorm'],
  ['optimizers', 'optimizer'],
] as const

/** Refines how the learning rate moves over a run, and the optimizer. */
export const schedule: StageDefinition<ScheduleSettings, ScheduleStage> = {
  name: 'schedule',
  schema: {
    summary: 'Tries combinations of schedule, warmup and clip norm, and other optimizers at rates of their own.',
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
        { uniqueItems: true, maxItems: optimizerNames.length },
        defaults.optimizers,
      ),
      explore: exploreSchema(
        'Number of configurations to try once each, besides other optimizers at three rates of their own.',
        defaults.explore,
      ),
      rounds: {
        title: 'Rounds',
        description:
          `How often the results so far suggest ${roundSize} more configurations. They vary the levers of this stage together with ` +
          'those that earlier stages explored. A round that does no better is the last.',
        type: 'integer',
        minimum: 0,
        maximum: 20,
        default: defaults.rounds,
      },
      seeds: seedsSchema(comparedSeeds, defaults.seeds),
    },
  },
  tunes: 'scheduling',
  tunesToo: ['optimizer'],
  movesTogether: 'each with its own share of the gain',
  charts: [{ ids: ['schedules', 'schedule-results', 'gradient-norms'] }],
  chartsSteps: true,
  /** The incumbent's own schedule and optimizer are not compared with themselves. */
  normalize(written, { preset, levers, idle, known }) {
    const { warmupFractions, clipPercentiles, optimizers, explore, rounds, seeds } = { ...defaults, ...written }
    const unlessIdle = <T>(lever: LeverName, values: readonly T[]): readonly T[] => (idle(lever) === undefined ? values : [])
    return {
      stage: 'schedule',
      warmupFractions: unlessIdle('warmupSteps', warmupFractions),
      clipPercentiles: unlessIdle('clipNorm', clipPercentiles),
      explore,
      rounds,
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
  process: refineSchedule,
}

/** Configurations near the incumbent and other optimizers at their own rates, then the best, then the winner taken apart. */
function estimate(settings: ScheduleSettings, study: Study): TrialTemplate[] {
  const { schedules, optimizers, clipPercentiles, seeds, explore, rounds } = settings
  const { schedule: own, warmupSteps, clipNorm } = study.baseline.scheduling
  const warmups = warmupLengths(settings, study.runSteps, warmupSteps)
  // One for each quantile, and one without clipping if the incumbent clips.
  const clips = clipPercentiles.length === 0 ? 0 : clipPercentiles.length + (clipNorm === null ? 0 : 1)
  const sizes = [schedules.length, warmups.length, clips].filter((size) => size > 0)
  const joint = configurations(sizes.length === 0 ? [] : [...sizes, rateFactors.length].map((size) => size + 1), explore)
  const others = optimizers.reduce(
    (sum, optimizer) => sum + ratesFor(study.baseline.optimization.optimizer, optimizer).length,
    0,
  )
  if (joint + others === 0) return []
  const varies = [
    { lever: 'schedule', values: [own, ...schedules] },
    { lever: 'warmupSteps', values: warmups },
    { lever: 'clipNorm', values: null },
    { lever: 'optimizer', values: optimizers },
    { lever: 'learningRate', values: null },
    ...(others > 0 ? ([{ lever: 'weightDecay', values: null }] as const) : []),
  ] as const
  return searchTemplates(study, {
    varies,
    configurations: joint + others + rounds * roundSize,
    // The levers of this stage, the optimizer with its rate, and those that earlier stages explored.
    parts: sizes.length + 1 + gridLevers.length,
    seeds,
  })
}
