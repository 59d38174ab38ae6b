import type { BatchSettings, TrialTemplate } from '../../records/plan.ts'
import { training, type Study } from './job.ts'
import { lrRangeTemplates } from './lr-range.ts'

/** Candidate rates for the larger batch: half, once and twice what the scaling rule says. */
const scaledRates = 3

/** Probes of doubled sizes, the largest that fits against the incumbent, and the recheck of the learning rate. */
export function batchTemplates(settings: BatchSettings, study: Study): TrialTemplate[] {
  const sizes = batchSizes(settings, study)
  const probes: TrialTemplate = {
    id: 'probe', title: 'probe', job: 'probe', varies: [{ lever: 'batchSize', values: sizes }],
    trials: sizes.length, seeds: 1, stepsPerRun: settings.probeSteps, condition: null,
  }
  const larger = sizes.slice(1)
  if (larger.length === 0) return [probes]
  const compare = training(study, {
    id: 'compare', title: 'incumbent, larger batch at rate ×0.5, ×1, ×2',
    varies: [{ lever: 'batchSize', values: larger }, { lever: 'learningRate', values: null }],
    trials: 1 + scaledRates, seeds: settings.seeds, condition: 'if a larger batch fits',
  })
  const recheck = settings.recheck === null ? [] : lrRangeTemplates(settings.recheck, study)
  return [probes, compare, ...recheck.map((t) => (
    { ...t, id: `recheck-${t.id}`, title: `recheck, ${t.title}`, condition: 'if the batch grew' }
  ))]
}

/** The baseline's batch doubled, while a step has no more examples than the limit and a quarter of the training rows. */
export function batchSizes(settings: BatchSettings, { workload, baseline }: Study): number[] {
  const { batchSize, accumulate } = baseline.batching
  const most = Math.min(settings.largest, Math.floor(workload.data.rows.train / 4)) / accumulate
  const sizes = [batchSize]
  for (let size = 2 * batchSize; size <= most; size *= 2) sizes.push(size)
  return sizes
}
