import { deriveSeed } from '../base/random.ts'
import { isTrainer, type Workload } from '../records/plan.ts'
import type { RunRequest } from '../records/run.ts'
import type { StageContext } from './stage.ts'

/** Seeds for selection. Every candidate uses the same few, so that candidates are compared seed by seed. */
export const selectionSeeds = (seed: number, count: number): number[] => derived(seed, 'select', count)

/** Seeds that no selection uses. A winner picked on the selection seeds looks better on them than it is. */
export const verificationSeeds = (seed: number, count: number): number[] => derived(seed, 'verify', count)

/** Seeds of the short trainings that tell `init` how noisy a metric is. */
export const pilotSeeds = (seed: number, count: number): number[] => derived(seed, 'pilot', count)

/** A seed, and the training and validation rows that its runs have; see `RunRequest`. */
export type SeedOnRows = Pick<RunRequest, 'seed' | 'fold'>

/**
 * The seeds of a stage that selects. They take the folds of the data in turn, beginning with the split itself. A search has
 * the first seed, so a comparison that confirms it has other validation rows as well as other seeds.
 */
export const selectionRows = ({ seed, workload }: Pick<StageContext, 'seed' | 'workload'>, count: number): SeedOnRows[] =>
  selectionSeeds(seed, count).map((one, i) => {
    const fold = i % foldCount(workload)
    return fold === 0 ? { seed: one } : { seed: one, fold }
  })

const foldCount = (workload: Workload): number => (isTrainer(workload) ? 1 : (workload.data.folds ?? 1))

function derived(seed: number, purpose: string, count: number): number[] {
  return Array.from({ length: count }, (_, i) => deriveSeed(seed, purpose, i))
}
