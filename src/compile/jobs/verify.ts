import type { TrialTemplate, VerifySettings } from '../../plan/plan.ts'
import { stepsOf, type Study } from './job.ts'

/** Baseline and winner under the same fresh seeds; where no lever moved the two are one and half of it is saved. */
export function verifyTemplates(settings: VerifySettings, study: Study): TrialTemplate[] {
  return [{
    id: 'retrain', title: 'baseline and winner', job: 'train', varies: [],
    trials: 2, seeds: settings.seeds, stepsPerRun: stepsOf(study), condition: null,
  }]
}
