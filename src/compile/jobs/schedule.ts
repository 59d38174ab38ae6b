import type { LeverName, LeverValue } from '../../model/levers.ts'
import type { ScheduleSettings, TrialTemplate } from '../../plan/plan.ts'
import { stepsOf, type Study } from './job.ts'

/** One comparison after the other, each against the incumbent that the one before left, whose runs are there already. */
export function scheduleTemplates(settings: ScheduleSettings, study: Study): TrialTemplate[] {
  const { scheduling } = study.baseline
  const warmups = new Set(settings.warmupFractions.map((f) => Math.round(f * study.runSteps)))
  warmups.delete(scheduling.warmupSteps)
  const noClip = scheduling.clipNorm !== null && settings.clipPercentiles.length > 0
  const clips = settings.clipPercentiles.length + (noClip ? 1 : 0)
  const comparison = (id: string, title: string, lever: LeverName, values: readonly LeverValue[] | null, trials: number): TrialTemplate[] =>
    trials === 0 ? [] : [{
      id, title, job: 'train', varies: [{ lever, values }], trials, seeds: settings.seeds, stepsPerRun: stepsOf(study), condition: null,
    }]
  return [
    ...comparison('incumbent', 'incumbent', 'schedule', [scheduling.schedule], 1),
    ...comparison('schedules', 'against', 'schedule', settings.schedules, settings.schedules.length),
    ...comparison('warmups', 'against', 'warmupSteps', [...warmups], warmups.size),
    ...comparison('clip-norms', `quantiles ${settings.clipPercentiles.join(', ')} of the gradient norms${noClip ? ', none' : ''}`, 'clipNorm', null, clips),
    ...comparison('optimizers', 'against', 'optimizer', settings.optimizers, settings.optimizers.length),
  ]
}
