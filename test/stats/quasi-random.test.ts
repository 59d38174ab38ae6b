import { expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { quasiRandom } from '../../src/stats/quasi-random.ts'

it('fills the cube more evenly than chance', () => {
  const spread = [1, 2, 4, 6].flatMap((dimensions) =>
    [1, 2, 3, 4, 5].flatMap((seed) => {
      const points = Array.from({ length: 64 }, quasiRandom(dimensions, stream(seed, 'points')))
      expect(points.flat().every((x) => x >= 0 && x < 1)).toBe(true)
      return Array.from({ length: dimensions }, (_, d) => {
        const eighths = Array.from({ length: 8 }, (_, i) => points.filter((p) => Math.floor((p[d] ?? 0) * 8) === i).length)
        return eighths.reduce((sum, count) => sum + (count - 8) ** 2, 0) / 8
      })
    }),
  )
  // Of 64 random points an eighth holds 8 with a variance of 7.
  expect(spread.reduce((sum, v) => sum + v, 0) / spread.length).toBeLessThan(2)
})

it('starts elsewhere under another seed, and at the same place under the same', () => {
  const first = (seed: number) => quasiRandom(3, stream(seed, 'points'))()
  expect(first(1)).toEqual(first(1))
  expect(first(1)).not.toEqual(first(2))
})

it('has the constants of the reference: the golden ratio in one dimension, the plastic number in two', () => {
  const steps = (dimensions: number): number[] => {
    const next = quasiRandom(dimensions, { uniform: () => 0, normal: () => 0, integer: () => 0 })
    return [...next()]
  }
  expect(steps(1)[0]).toBeCloseTo(0.6180339887, 9)
  expect(steps(2)[0]).toBeCloseTo(0.7548776662, 9)
  expect(steps(2)[1]).toBeCloseTo(0.569840291, 9)
})
