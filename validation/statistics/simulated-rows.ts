// Rows that a model gets right or wrong, with noise between rows, between seeds, and between both.
import { stream } from '../../src/base/random.ts'
import { mean } from '../../src/stats/describe.ts'

export const seeds = 5
/** Log-odds: how much rows differ, how much seeds do, and how much a seed differs from row to row. */
export const spread = { rows: 2, seeds: 0.15, both: 0.5 }

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

const noise = ((): number[] => {
  const random = stream(7, 'centers')
  const sd = Math.hypot(spread.rows, spread.seeds, spread.both)
  return Array.from({ length: 50_000 }, () => sd * random.normal())
})()
const centers = new Map<number, number>()

/** The log-odds at which this share is right on average over rows and seeds, by bisection over a large sample. */
export function centerOf(share: number): number {
  const found = centers.get(share)
  if (found !== undefined) return found
  let [low, high] = [-10, 10]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (mean(noise.map((n) => logistic(middle + n))) < share) low = middle
    else high = middle
  }
  centers.set(share, low)
  return low
}
