import { unreachable } from '../../base/result.ts'
import type { BatchSettings, LrRangeSettings, ScheduleSettings, StageName, StageSettings, VerifySettings } from '../../records/plan.ts'
import { stageNames } from '../../records/plan.ts'
import type { Spec, Stage } from '../../dsl/tuning.gen.ts'
import type { Preset } from '../presets/definition.ts'
import { normalizeGrid, type GridContext } from './grid.ts'

type Settings = Exclude<Stage, string>
type Named = { readonly name: StageName; readonly settings: Settings }

/** What the settings of a stage depend on beside themselves. */
export interface StageContext extends GridContext {
  readonly preset: Preset
}

/** The listed stages with every setting; a name alone takes the preset's. */
export function normalizeStages(stages: Spec['stages'] = [...stageNames], context: StageContext): StageSettings[] {
  const named = stages.map(splitName)
  const sweep = lrRange(named.find((s) => s.name === 'lr-range')?.settings['lr-range'] ?? {}, lrRangeDefaults)
  return named.map((stage) => withDefaults(stage, sweep, context))
}

function splitName(stage: Stage): Named {
  if (typeof stage === 'string') return { name: stage, settings: { [stage]: {} } }
  return { name: Object.keys(stage)[0] as StageName, settings: stage }
}

function withDefaults({ name, settings }: Named, sweep: LrRangeSettings, context: StageContext): StageSettings {
  switch (name) {
    case 'lr-range':
      return sweep
    case 'batch':
      return batch(settings.batch ?? {}, sweep, context.levers.batching.batchSize)
    case 'regularize': {
      const { grid = {}, eta = 3, seeds = 3 } = settings.regularize ?? {}
      return { stage: name, grid: normalizeGrid(grid, context.preset, context), eta, seeds }
    }
    case 'schedule':
      return schedule(settings.schedule ?? {}, context)
    case 'verify':
      return verifySettings(settings.verify ?? {})
    default:
      return unreachable(name, 'stage')
  }
}

/** The last look is at all seeds, whether the spec lists it or not. */
function verifySettings({ seeds = 5, looks = [] }: NonNullable<Settings['verify']>): VerifySettings {
  return { stage: 'verify', seeds, looks: [...looks.filter((n) => n !== seeds), seeds] }
}

const lrRangeDefaults: LrRangeSettings = {
  stage: 'lr-range', from: 1e-6, to: 10, steps: 300, seeds: 3,
  backOff: [0.85, 0.5, 1 / 3, 0.1], confirmLength: 0.5, confirmSeeds: 3,
}

/** Shares of the edge are tried from the highest, in whatever order the spec has them. */
function lrRange(settings: NonNullable<Settings['lr-range']>, defaults: LrRangeSettings): LrRangeSettings {
  const merged = { ...defaults, ...settings }
  return { ...merged, backOff: [...merged.backOff].sort((a, b) => b - a) }
}

function batch(settings: NonNullable<Settings['batch']>, sweep: LrRangeSettings, batchSize: number): BatchSettings {
  const { largest = Math.max(512, batchSize), scaling = 'auto', memoryMiB = 2048, probeSteps = 100 } = settings
  const { seeds = 3, recheck = true } = settings
  const lighter: LrRangeSettings = { ...sweep, seeds: 2, backOff: [0.5, 0.2] }
  return {
    stage: 'batch', largest, scaling, memoryMiB, probeSteps, seeds,
    recheck: recheck === false ? null : lrRange(recheck === true ? {} : recheck, lighter),
  }
}

/** The incumbent's own schedule and optimizer are not compared with themselves. */
function schedule(settings: NonNullable<Settings['schedule']>, { preset, levers }: StageContext): ScheduleSettings {
  const { warmupFractions = [0, 0.05, 0.2], clipPercentiles = [0.5, 0.9], seeds = 3 } = settings
  const { optimizers = ['adamw', 'sgd'] } = settings
  return {
    stage: 'schedule', warmupFractions, clipPercentiles, seeds,
    schedules: (settings.schedules ?? preset.schedules).filter((s) => s !== levers.scheduling.schedule),
    optimizers: optimizers.filter((o) => o !== levers.optimization.optimizer),
  }
}
