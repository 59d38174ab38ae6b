import type { Stream } from '../base/random.ts'

/**
 * Points in the unit cube that fill it evenly: the additive recurrence with the root of x^(d+1) = x + 1 (Roberts, 2018, "The
 * unreasonable effectiveness of quasirandom sequences"), from a random start. Every prefix is even, so a search may stop
 * anywhere. Each call returns the next point.
 *
 * @param dimensions at least 1
 */
export function quasiRandom(dimensions: number, random: Stream): () => readonly number[] {
  let root = 2
  for (let i = 0; i < 40; i++) root = (1 + root) ** (1 / (dimensions + 1))
  const steps = Array.from({ length: dimensions }, (_, i) => root ** -(i + 1))
  let point = steps.map(() => random.uniform())
  return () => {
    point = point.map((x, i) => (x + (steps[i] ?? 0)) % 1)
    return point
  }
}
