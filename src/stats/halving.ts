import { numberAt } from '../base/numbers.ts'

/** One round of successive halving. */
export interface Rung {
  /** How many configurations train in it. */
  readonly configurations: number
  /** How much training (epochs, steps, or a share of a full run) each has had by the end of the round. */
  readonly units: number
}

export interface HalvingOptions {
  /** One in `eta` continues; default 3. */
  readonly eta?: number
  /** Units of the last rung: full length. */
  readonly most: number
  /** Units below which a score says nothing, in the unit of `most`. */
  readonly least: number
}

/**
 * The rungs of synchronous successive halving (Jamieson and Talwalkar 2016): each keeps the best ⌊n/η⌋, at least one, and
 * gives them η times the units; the last rung is full length. There are as many rungs as it takes to get to one
 * configuration, or as the least units allow. Nine configurations, η = 3, nine units: 9 × 1, 3 × 3, 1 × 9, which is 27 units
 * instead of 81.
 */
export function halvingRungs(configurations: number, { eta = 3, most, least }: HalvingOptions): Rung[] {
  if (!(Number.isInteger(configurations) && configurations > 0)) {
    throw new Error(`halving needs at least one configuration, found ${configurations}`)
  }
  if (!(eta >= 2 && most >= least && least > 0)) {
    throw new Error(`halving needs eta ≥ 2 and most ≥ least > 0, found ${eta}, ${most} and ${least}`)
  }
  const counts = [configurations]
  while ((counts.at(-1) ?? 1) > 1 && most / eta ** counts.length >= least) counts.push(kept(counts.at(-1) ?? 1, eta))
  return counts.map((count, i) => ({ configurations: count, units: most / eta ** (counts.length - 1 - i) }))
}

/** Units of all rungs, with each run starting over; without pruning, it is configurations × most. */
export const halvingCost = (rungs: readonly Rung[]): number =>
  rungs.reduce((sum, rung) => sum + rung.configurations * rung.units, 0)

const kept = (count: number, eta: number): number => Math.max(1, Math.floor(count / eta))

/**
 * The configurations of a rung that continue, as positions in `scores`, best first. Ties go by position, so put the
 * incumbent first. A non-finite score (diverged, crashed) is never promoted, although it counts for ⌊n/η⌋. Oracle: Optuna's
 * `SuccessiveHalvingPruner` for the last trial to reach a rung.
 */
export function promoted(scores: readonly number[], higherIsBetter: boolean, eta = 3): number[] {
  if (scores.length === 0) return []
  const sign = higherIsBetter ? -1 : 1
  return scores
    .map((_, i) => i)
    .filter((i) => Number.isFinite(scores[i]))
    .sort((i, j) => sign * (numberAt(scores, i) - numberAt(scores, j)) || i - j)
    .slice(0, kept(scores.length, eta))
}
