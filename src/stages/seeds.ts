import { deriveSeed } from '../base/random.ts'

/** Seeds for selection. Every candidate uses the same few, so that candidates are compared seed by seed. */
export const selectionSeeds = (seed: number, count: number): number[] => derived(seed, 'select', count)

/** Seeds that no selection uses. A winner picked on the selection seeds looks better on them than it is. */
export const verificationSeeds = (seed: number, count: number): number[] => derived(seed, 'verify', count)

/** Seeds of the short trainings that tell `init` how noisy a metric is. */
export const pilotSeeds = (seed: number, count: number): number[] => derived(seed, 'pilot', count)

function derived(seed: number, purpose: string, count: number): number[] {
  return Array.from({ length: count }, (_, i) => deriveSeed(seed, purpose, i))
}
