import { describe, expect, it } from 'vitest'
import { interquartileMean, mean, median, medianFilter, pooledSd, quantile, sampleSd } from '../../src/stats/describe.ts'
import { near, vectors } from './vectors.ts'

interface Case {
  readonly x: number[]
  readonly mean: number
  readonly sd: number | null
  readonly quantiles: readonly [number, number][]
  readonly trim_mean: number
  readonly window: number
  readonly filtered: number[]
}
const expected = vectors<{ cases: Case[]; pooled: { groups: number[][]; df: number; sd: number | null }[] }>('describe')

describe('descriptions agree with NumPy, SciPy and pandas', () => {
  it.each(expected.cases)('sample %#', (c) => {
    near(mean(c.x), c.mean, 1e-14)
    near(sampleSd(c.x), c.sd, 1e-11)
    near(interquartileMean(c.x), c.trim_mean, 1e-13)
    for (const [p, value] of c.quantiles) near(quantile(c.x, p), value, 1e-13)
    medianFilter(c.x, c.window).forEach((value, i) => near(value, c.filtered[i] ?? NaN, 1e-14))
  })

  it.each(expected.pooled)('pooled standard deviation %#', ({ groups, df, sd }) => {
    const pooled = pooledSd(groups)
    expect(pooled.df).toBe(df)
    near(pooled.sd, sd, 1e-12)
  })
})

describe('descriptions of awkward input', () => {
  it('of no value is not a number, and of one has no spread', () => {
    expect([mean([]), median([]), quantile([], 0.3), interquartileMean([])]).toEqual([NaN, NaN, NaN, NaN])
    expect(sampleSd([3])).toBeNaN()
    expect(pooledSd([[1], [2]])).toEqual({ sd: NaN, df: 0 })
    expect(pooledSd([])).toEqual({ sd: NaN, df: 0 })
  })

  it('of equal values is that value and no spread at all, whatever its rounding', () => {
    for (const value of [0.1, 1 / 3, 0.9137, 1e300, 5e-324]) {
      expect(mean(new Array(7).fill(value))).toBe(value)
      expect(sampleSd(new Array(7).fill(value))).toBe(0)
    }
  })

  it('neither overflows nor vanishes', () => {
    near(mean([1.5e308, 1.7e308]), 1.6e308)
    near(sampleSd([1e308, -1e308]), Math.SQRT2 * 1e308)
    near(sampleSd([1e-300, 3e-300]) / 1e-300, Math.SQRT2)
    near(
      pooledSd([
        [1e200, 3e200],
        [5e200, 7e200],
      ]).sd / 1e200,
      Math.SQRT2,
    )
  })

  it('carries NaN on, but a diverged configuration does not hide the noise of the others', () => {
    expect(mean([1, NaN])).toBeNaN()
    expect(sampleSd([1, Infinity])).toBeNaN()
    expect(
      pooledSd([
        [1, 2],
        [NaN, 3],
        [Infinity, 4],
      ]),
    ).toEqual(pooledSd([[1, 2]]))
  })

  it('filters a spike away without a lag, and refuses a window without a centre', () => {
    const step = [...new Array<number>(10).fill(1), ...new Array<number>(10).fill(9)]
    expect(medianFilter(step, 5)).toEqual(step)
    expect(medianFilter([1, 1, 1, 99, 1, 1, 1], 5)).toEqual([1, 1, 1, 1, 1, 1, 1])
    expect(() => medianFilter([1, 2], 4)).toThrow('odd')
  })
})
