import type { LrRangeSettings, TrialTemplate } from '../../records/plan.ts'
import { training, type Study } from './job.ts'

/** Sweeps, then the rate before and the backed-off ones in short runs. */
export function lrRangeTemplates(settings: LrRangeSettings, study: Study): TrialTemplate[] {
  const { backOff, steps, seeds, confirmSeeds, confirmLength } = settings
  const sweep: TrialTemplate = {
    id: 'sweep', title: 'range test', job: 'range-test', varies: [], trials: 1, seeds, stepsPerRun: steps, condition: null,
  }
  const confirm = training(study, {
    id: 'confirm', title: `incumbent, edge ${backOff.map((share) => `×${short(share)}`).join(', ')}`,
    varies: [{ lever: 'learningRate', values: null }], trials: 1 + backOff.length, seeds: confirmSeeds, share: confirmLength,
    condition: 'if the sweeps agree on an edge',
  })
  return [sweep, confirm]
}

const short = (share: number): string => String(Number(share.toPrecision(3)))
