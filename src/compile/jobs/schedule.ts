import type { LeverName, LeverValue } from '../../model/levers.ts'
import type { ScheduleSettings, TrialTemplate } from '../../plan/plan.ts'
import { stepsOf, type Study } from './job.ts'

/** One comparison after the other, each against the incumbent that the one before left, whose runs are there already. */
export function scheduleTemplates(settings: ScheduleSettings, study: Study): TrialTemplate[] {
  const { scheduling, optimization } = study.baseline
  const warmups = new Set(settings.warmupFractions.map((f) => Math.round(f * study.runSteps)))
  warmups.delete(scheduling.warmupSteps)
  const clips = settings.clipPercentiles.length + (scheduling.clipNorm === null || settings.clipPercentiles.length === 0 ? 0 : 1)
  const comparison = (id: string, title: string, lever: LeverName, values: readonly LeverValue[] | null, trials: number): TrialTemplate[] =>
    trials === 0 ? [] : [{
      id, title, job: 'train', varies: [{ lever, values }], trials, seeds: settings.seeds, stepsPerRun: stepsOf(study), condition: null,
    }]
  return [
    ...comparison('incumbent', 'the incumbent', 'schedule', [scheduling.schedule], 1),
    ...comparison('schedules', 'other schedules', 'schedule', settings.schedules, settings.schedules.length),
    ...comparison('warmups', 'other warmup lengths', 'warmupSteps', [...warmups], warmups.size),
    ...comparison('clip-norms', 'clip norms from the logged gradient norms', 'clipNorm', null, clips),
    ...comparison('optimizers', `other optimizers than ${optimization.optimizer}`, 'optimizer', settings.optimizers, settings.optimizers.length),
  ]
}
