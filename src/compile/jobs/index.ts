import { fingerprint } from '../../base/hash.ts'
import { unreachable } from '../../base/result.ts'
import type { StageJob, StageSettings, TrialTemplate } from '../../records/plan.ts'
import { batchTemplates } from './batch.ts'
import { estimateOf, type Study } from './job.ts'
import { lrRangeTemplates } from './lr-range.ts'
import { regularizeTemplates } from './regularize.ts'
import { scheduleTemplates } from './schedule.ts'
import { verifyTemplates } from './verify.ts'

/** One job a listed stage, each after the one listed before it; its fingerprint holds those of all jobs that led to it. */
export function stageJobs(stages: readonly StageSettings[], study: Study, seed: number): StageJob[] {
  const { workload, baseline } = study
  const jobs: StageJob[] = []
  for (const settings of stages) {
    const before = jobs.slice(-1)
    const templates = templatesOf(settings, study)
    jobs.push({
      id: settings.stage,
      needs: before.map((job) => job.id),
      fingerprint: fingerprint({ workload, baseline, seed, settings, needs: before.map((job) => job.fingerprint) }),
      settings,
      templates,
      estimate: estimateOf(templates),
    })
  }
  return jobs
}

function templatesOf(settings: StageSettings, study: Study): TrialTemplate[] {
  switch (settings.stage) {
    case 'lr-range':
      return lrRangeTemplates(settings, study)
    case 'batch':
      return batchTemplates(settings, study)
    case 'regularize':
      return regularizeTemplates(settings, study)
    case 'schedule':
      return scheduleTemplates(settings, study)
    case 'verify':
      return verifyTemplates(settings, study)
    default:
      return unreachable(settings, 'stage')
  }
}
