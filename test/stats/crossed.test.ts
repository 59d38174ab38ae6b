import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { addErrors, overRows, pOverRows, rowError, rowErrorOfDifference, rowErrorOfPairs } from '../../src/stats/crossed.ts'
import { tInterval } from '../../src/stats/intervals.ts'
import { mean } from '../../src/stats/describe.ts'
import { pairedT } from '../../src/stats/t-tests.ts'
import cases from './fixtures/crossed.json' with { type: 'json' }
import { near } from './vectors.ts'

describe('the error of the rows', () => {
  it('is that of the mean squares of statsmodels and the skewness of SciPy', () => {
    for (const { a, b, variance, skewness, pairs, difference } of cases) {
      const rows = a[0]?.length ?? 0
      near(rowError(a)?.variance ?? NaN, variance, 1e-9)
      near(rowError(a)?.skewness ?? NaN, skewness, 1e-9)
      near(rowErrorOfPairs(a)?.variance ?? NaN, pairs, 1e-9)
      near(rowErrorOfDifference(a, b)?.variance ?? NaN, difference, 1e-9)
      expect(rowError(a)?.df).toBe(rows - 1)
    }
  })

  it('is unknown for fewer than three groups, or other groups on each side', () => {
    expect(rowError([])).toBeUndefined()
    expect(
      rowError([
        [1, 2],
        [2, 3],
      ]),
    ).toBeUndefined()
    expect(rowError([[1, NaN, 3]])).toBeUndefined()
    expect(rowErrorOfDifference([[1, 2, 3]], [[1, 2, 3, 4]])).toBeUndefined()
    expect(rowError([[1e200, 0, -1e200]])).toBeUndefined()
    expect(rowErrorOfPairs([[1e308, 0, -1e308]])).toBeUndefined()
  })

  it('leaves out what differs from run to run, and what is hard for both sides', () => {
    const random = stream(3, 'noise')
    const noise = Array.from({ length: 8 }, () => Array.from({ length: 20 }, () => random.normal()))
    expect(rowErrorOfPairs(noise)?.variance ?? NaN).toBeLessThan(0.01)
    const hard = Array.from({ length: 20 }, (_, i) => i)
    const side = () => [0, 1, 2].map(() => hard.map((h) => h + 0.01 * random.normal()))
    expect(rowErrorOfDifference(side(), side())?.variance ?? NaN).toBeLessThan(1e-4)
    expect(rowError(side())?.variance ?? NaN).toBeGreaterThan(1)
  })

  it('makes intervals wider and p larger, and never the other way', () => {
    const found = tInterval([0.9, 0.91, 0.93, 0.92, 0.9], 0.9)
    if (found.kind === 'undefined') throw new Error(found.reason)
    expect(overRows(found, undefined)).toBe(found)
    expect(overRows(found, { variance: 0, df: 19, skewness: 0 })).toEqual({ ...found })
    for (const variance of [1e-9, 1e-5, 1e-2]) {
      const wide = overRows(found, { variance, df: 19, skewness: 0 })
      expect(wide.upper - wide.lower).toBeGreaterThanOrEqual(found.upper - found.lower)
      near((wide.upper + wide.lower) / 2, found.estimate, 1e-12)
    }
    const test = pairedT([1, 2, 3.5], [0.5, 1, 2])
    if (test.kind === 'undefined') throw new Error(test.reason)
    expect(pOverRows(test, undefined)).toBe(test.pTwoSided)
    expect(pOverRows(test, { variance: 1, df: 19, skewness: 0 })).toBeGreaterThan(test.pTwoSided)
    const both = addErrors({ variance: 9, df: 4 }, { variance: 16, df: 19 })
    near(Math.sqrt(both.variance), 5, 1e-12)
    near(both.df, 625 / (81 / 4 + 256 / 19), 1e-9)
  })

  it('covers a level below a long tail that a sample may have too little of', () => {
    const random = stream(11, 'tail')
    // Losses of a model that is nearly always right: a mean of 1, and a long tail above.
    const missed = (corrected: boolean): number => {
      const draws = Array.from({ length: 1500 }, () => {
        const rows = Array.from({ length: 20 }, () => random.normal() ** 2)
        const values = [0, 1, 2].map(() => rows.map((row) => row + 0.02 * random.normal()))
        const found = tInterval(values.map(mean), 0.9)
        const error = rowError(values)
        if (found.kind === 'undefined' || !error) throw new Error('no interval')
        return overRows(found, corrected ? error : { ...error, skewness: 0 }).upper < 1
      })
      return draws.filter(Boolean).length / draws.length
    }
    expect(missed(true)).toBeLessThan(0.8 * missed(false))
  })

  it.each([
    ['rows dominate', 0.01, 0.3, 0.1],
    ['seeds dominate', 0.1, 0.05, 0.1],
    ['both', 0.05, 0.2, 0.3],
  ])('covers the truth over other seeds and rows where %s', (_, ofSeeds, ofRows, noise) => {
    const random = stream(7, 'coverage')
    const missed = Array.from({ length: 1500 }, () => {
      const rows = Array.from({ length: 20 }, () => ofRows * random.normal())
      const values = [0, 1, 2, 3, 4].map(() => {
        const seed = ofSeeds * random.normal()
        return rows.map((row) => seed + row + noise * random.normal())
      })
      const found = tInterval(values.map(mean), 0.9)
      return found.kind === 'interval' && overRows(found, rowError(values)).lower > 0
    })
    // Declared .05 on this side; three standard errors of 1,500 draws are .017.
    expect(missed.filter(Boolean).length / missed.length).toBeLessThan(0.067)
  })
})
