import type { Levers } from '../../records/levers.ts'
import type { StageSettings, Workload } from '../../records/plan.ts'
import type { LrRangeSettings } from '../lr-range/settings.ts'

export interface BatchSettings extends StageSettings {
  readonly stage: 'batch'
  readonly largest: number
  /** How the learning rate follows the batch: by κ or √κ; auto means linear for SGD and sqrt for the Adam family. */
  readonly scaling: 'auto' | 'linear' | 'sqrt'
  readonly memoryMiB: number
  readonly probeSteps: number
  readonly seeds: number
  /** What a larger batch is for: a better result, or more examples a second at a result that is no worse than noise. */
  readonly goal: 'quality' | 'speed'
  /** The range test that rechecks the learning rate after a change; null if the spec turns it off. */
  readonly recheck: LrRangeSettings | null
}

/** Rates to try for a larger batch, as shares of what the scaling rule gives. */
export const rateShares: readonly number[] = [0.5, 1, 2]

/** The most examples per step: the stage's limit and a quarter of the training rows, or what the incumbent already has. */
export function mostExamples(
  { batchSize, accumulate }: Levers['batching'],
  { largest }: BatchSettings,
  { data }: Pick<Workload, 'data'>,
): number {
  // A script need not say how many rows it has.
  const quarter = data.rows.train === 0 ? largest : Math.floor(data.rows.train / 4)
  return Math.max(batchSize * accumulate, Math.min(largest, quarter))
}

/** The batch doubled, starting with its own size, while a step has no more examples than allowed. */
export function sizesToProbe(
  batching: Levers['batching'],
  settings: BatchSettings,
  workload: Pick<Workload, 'data'>,
): number[] {
  const most = mostExamples(batching, settings, workload) / batching.accumulate
  const sizes: number[] = []
  for (let size = batching.batchSize; size <= most; size *= 2) sizes.push(size)
  return sizes
}

/** The smallest batch that is tried: below it a step costs about as much as with more examples. */
const smallest = 8

/** Half of the batch. Smaller sizes cost several times the steps, in this stage and in all that follow. */
export const smallerSizes = ({ batchSize }: Pick<Levers['batching'], 'batchSize'>): number[] =>
  [batchSize / 2].filter((size) => Number.isInteger(size) && size >= smallest)

/** How many candidates are compared with the incumbent under further seeds. */
export const confirmedBatches = 1
