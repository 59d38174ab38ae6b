import type { TrialTemplate, VerifySettings } from '../../records/plan.ts'
import { training, type Study } from './job.ts'

/** Baseline and winner under the same fresh seeds; where no lever moved the two are one and half of it is saved. */
export function verifyTemplates({ seeds }: VerifySettings, study: Study): TrialTemplate[] {
  return [training(study, { id: 'retrain', title: 'baseline and winner', varies: [], trials: 2, seeds })]
}
