import type { Levers } from '../records/levers.ts'
import type { WarmupShare } from './presets/definition.ts'

/** Steps of one epoch: every step has the same number of rows, and what is left over waits for the next epoch. */
export function stepsPerEpoch(trainingRows: number, { batchSize, accumulate }: Levers['batching']): number {
  return Math.max(1, Math.floor(trainingRows / (batchSize * accumulate)))
}

/** The preset's warmup in steps of a run of this length. */
export function warmupSteps({ share, atLeast, atMost }: WarmupShare, runSteps: number): number {
  const wanted = Math.min(atMost, Math.max(atLeast, Math.round(share * runSteps)))
  return Math.min(wanted, Math.floor(runSteps / 2))
}
