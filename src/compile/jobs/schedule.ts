import type { LeverName, LeverValue } from '../../records/levers.ts'
import type { ScheduleSettings, TrialTemplate } from '../../records/plan.ts'
import { training, type Study } from './job.ts'

/** One comparison after the other, each against the incumbent that the one before left, whose runs are there already. */
export function scheduleTemplates(settings: ScheduleSettings, study: Study): TrialTemplate[] {
  const { schedules, optimizers, clipPercentiles, seeds } = settings
  const warmups = warmupLengths(settings, study)
  const clips = clipNorms(settings, study)
  const compare = (id: string, title: string, lever: LeverName, trials: number, values: readonly LeverValue[] | null) =>
    training(study, { id, title, varies: [{ lever, values }], trials, seeds })
  return [
    compare('incumbent', 'incumbent', 'schedule', 1, [study.baseline.scheduling.schedule]),
    compare('schedules', 'against', 'schedule', schedules.length, schedules),
    compare('warmups', 'against', 'warmupSteps', warmups.length, warmups),
    compare('clip-norms', `quantiles ${clipPercentiles.join(', ')} of the gradient norms, none`, 'clipNorm', clips, null),
    compare('optimizers', 'against', 'optimizer', optimizers.length, optimizers),
  ].filter((t) => t.trials > 0)
}

function warmupLengths({ warmupFractions }: ScheduleSettings, { runSteps, baseline }: Study): number[] {
  const lengths = new Set(warmupFractions.map((f) => Math.round(f * runSteps)))
  lengths.delete(baseline.scheduling.warmupSteps)
  return [...lengths]
}

/** One for each quantile, and no clipping where the incumbent clips. */
function clipNorms({ clipPercentiles }: ScheduleSettings, { baseline }: Study): number {
  if (clipPercentiles.length === 0) return 0
  return clipPercentiles.length + (baseline.scheduling.clipNorm === null ? 0 : 1)
}
