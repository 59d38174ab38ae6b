import { describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { promising, type Dimension, type Observation } from '../../src/stats/parzen.ts'

const dimensions: readonly Dimension[] = [
  { size: 3, ordered: false },
  { size: 5, ordered: true },
  { size: 9, ordered: true },
  { size: 4, ordered: false },
]
/** Lowest at [2, 3, 6, 0]; the first and the third only help together. */
const loss = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]): number =>
  (a === 2 ? 0.3 * Math.abs(c - 6) : 1.2) + 0.3 * Math.abs(b - 3) + (d === 0 ? 0 : 0.3)
const randomPoint = (random: ReturnType<typeof stream>): number[] => dimensions.map(({ size }) => random.integer(size))
const observe = (point: readonly number[]): Observation => ({ point, loss: loss(point) })

describe('promising', () => {
  test('points are different, inside the space, and equal for equal seeds', () => {
    const seen = Array.from({ length: 12 }, (_, i) => observe(randomPoint(stream(i, 'point'))))
    const points = promising(dimensions, seen, 20, stream(1, 'test'))
    expect(points).toHaveLength(20)
    expect(new Set(points.map(String)).size).toBe(20)
    for (const point of points) {
      expect(point).toHaveLength(dimensions.length)
      for (const [i, { size }] of dimensions.entries()) {
        expect(point[i]).toBeGreaterThanOrEqual(0)
        expect(point[i]).toBeLessThan(size)
      }
    }
    expect(promising(dimensions, seen, 20, stream(1, 'test'))).toEqual(points)
  })
  test('without observations every option comes up', () => {
    const points = promising(dimensions, [], 100, stream(2, 'test'))
    for (const [i, { size }] of dimensions.entries()) expect(new Set(points.map((p) => p[i])).size).toBe(size)
  })
  test('an option of the best is preferred, one of failed trials avoided', () => {
    const seen = Array.from({ length: 20 }, (_, i) => ({ point: [i % 2], loss: i % 2 === 0 ? i : Infinity }))
    expect(promising([{ size: 2, ordered: false }], seen, 1, stream(3, 'test'))).toEqual([[0]])
  })
  test('neighbors of a good option are promising only if options are ordered', () => {
    const seen = [...[4, 4], ...[0, 1, 7, 8, 0, 1, 7, 8]].map((option, i) => ({ point: [option], loss: i }))
    const best = (ordered: boolean): number[] =>
      promising([{ size: 9, ordered }], seen, 3, stream(4, 'test')).map(([option = -1]) => option)
    expect(best(true).sort()).toEqual([3, 4, 5])
    expect(best(false)[0]).toBe(4)
  })
  test('options that nobody tried are no more promising than those of the best', () => {
    // Runs at the five rates in the middle of nine, the best in the very middle.
    const rates: readonly Dimension[] = [
      { size: 9, ordered: true },
      { size: 3, ordered: false },
    ]
    const ends = Array.from({ length: 100 }, (_, seed) => {
      const random = stream(seed, 'near')
      const seen = Array.from({ length: 15 }, () => {
        const point = [2 + random.integer(5), random.integer(3)]
        return { point, loss: Math.abs((point[0] ?? 0) - 4) + 0.1 * random.normal() }
      })
      return promising(rates, seen, 5, random).map(([rate = 0]) => rate)
    }).flat()
    expect(ends.filter((rate) => rate < 2 || rate > 6).length / ends.length).toBeLessThan(0.2)
  })
  test('a trial that failed is not among the good, however few finished', () => {
    const failed = Array.from({ length: 8 }, () => ({ point: [0], loss: Infinity }))
    const seen = [{ point: [2], loss: 1 }, ...failed]
    expect(promising([{ size: 3, ordered: false }], seen, 1, stream(5, 'test'))).toEqual([[2]])
  })
  test('rounds that learn end better than as many random trials', () => {
    const ends = Array.from({ length: 200 }, (_, seed) => {
      const random = stream(seed, 'start')
      const all = Array.from({ length: 25 }, () => observe(randomPoint(random)))
      const seen = all.slice(0, 10)
      for (let round = 0; round < 3; round++)
        seen.push(...promising(dimensions, seen, 5, stream(seed, 'round', round)).map(observe))
      const best = (of: readonly Observation[]): number => Math.min(...of.map((o) => o.loss))
      return { learned: best(seen), random: best(all) }
    })
    const mean = (of: 'learned' | 'random'): number => ends.reduce((sum, e) => sum + e[of], 0) / ends.length
    expect(mean('learned')).toBeLessThan(0.75 * mean('random'))
  })
})
