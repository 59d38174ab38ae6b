import { deriveSeed } from '../base/random.ts'

/** Seeds that stages select on. The same few are used for every candidate, so that candidates are compared seed by seed. */
export const selectionSeeds = (seed: number, count: number): number[] => derived(seed, 'select', count)

/** Seeds that no selection ever sees: a winner picked on the selection seeds would look better on them than it is. */
export const verificationSeeds = (seed: number, count: number): number[] => derived(seed, 'verify', count)

function derived(seed: number, purpose: string, count: number): number[] {
  return Array.from({ length: count }, (_, i) => deriveSeed(seed, purpose, i))
}
