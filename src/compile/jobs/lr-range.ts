import type { LrRangeSettings, TrialTemplate } from '../../plan/plan.ts'
import { stepsOf, type Study } from './job.ts'

/** Sweeps, then the rate before and the backed-off ones in short runs. */
export function lrRangeTemplates(settings: LrRangeSettings, study: Study): TrialTemplate[] {
  return [
    {
      id: 'sweep', title: 'range test', job: 'range-test', varies: [],
      trials: 1, seeds: settings.seeds, stepsPerRun: settings.steps, condition: null,
    },
    {
      id: 'confirm', title: `incumbent, edge ${settings.backOff.map((share) => `×${short(share)}`).join(', ')}`, job: 'train',
      varies: [{ lever: 'learningRate', values: null }],
      trials: 1 + settings.backOff.length, seeds: settings.confirmSeeds, stepsPerRun: stepsOf(study, settings.confirmLength),
      condition: 'if the sweeps agree on an edge',
    },
  ]
}

const short = (share: number): string => String(Number(share.toPrecision(3)))
