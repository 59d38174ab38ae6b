import { numberAt } from '../base/numbers.ts'
import type { Reading } from './reading.ts'
import { noiseAround } from './robust.ts'

/** The part of the run's learning rate that is examined: its last three tenths. */
export const lateShare = 0.3
/** The least gain within it, as a share of the loss. */
const leastGain = 0.01

export interface LateFall {
  readonly fromStep: number
  readonly before: number
  readonly end: number
}

/**
 * How far the training loss fell over the last three tenths of the sum of the learning rates; undefined if that is within
 * noise. Progress is measured against that sum and not against steps: a decay that ends near 0 makes every loss look flat.
 */
export function lateFall(run: Reading): LateFall | undefined {
  const { trained } = run
  if (trained.length < 5) return undefined
  const travelled = travelledAt(run)
  const losses = trained.map((t) => t.loss)
  const from = travelled.findIndex((t) => t >= (1 - lateShare) * (travelled.at(-1) ?? 0))
  if (from < 1 || from >= losses.length - 1) return undefined
  const [before, end] = [numberAt(losses, from), losses.at(-1) ?? NaN]
  if (before - end < Math.max(leastGain * before, 2 * noiseAround(losses))) return undefined
  return { fromStep: trained[from]?.step ?? 1, before, end }
}

/** The sum of the learning rates until each evaluation; steps if rates were not logged. */
function travelledAt({ curve, trained }: Reading): number[] {
  let sum = 0
  const known = curve.steps.length > 0 && curve.steps.every((s) => s.learningRate !== null)
  if (!known) return trained.map((t) => t.step)
  const sums = new Map(curve.steps.map((s) => [s.step, (sum += s.learningRate ?? 0)]))
  return trained.map((t) => sums.get(t.step) ?? sum)
}
