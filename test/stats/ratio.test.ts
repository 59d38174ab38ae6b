import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { fQuantile } from '../../src/stats/distributions.ts'
import { sigmaRatioInterval } from '../../src/stats/intervals.ts'
import { spreadRatioSeeds } from '../../src/stats/power.ts'
import { near, of, reasonOf, vectors } from './vectors.ts'

interface Vectors {
  readonly intervals: readonly {
    readonly a: number[]
    readonly b: number[]
    readonly level: number
    readonly expected: readonly [number, number, number]
  }[]
  readonly quantiles: readonly {
    readonly p: number
    readonly df1: number
    readonly df2: number
    readonly expected: number
  }[]
}
const { intervals, quantiles } = vectors<Vectors>('ratio')

describe('the ratio of two SDs agrees with scipy.stats.f', () => {
  it.each(intervals)('interval %#', ({ a, b, level, expected: [lower, estimate, upper] }) => {
    const found = of('interval', sigmaRatioInterval(a, b, level))
    near(found.estimate, estimate, 1e-6)
    near(found.lower, lower, 1e-6)
    near(found.upper, upper, 1e-6)
  })

  it('has the quantiles', () => {
    for (const { p, df1, df2, expected } of quantiles) near(fQuantile(p, df1, df2), expected, 1e-9)
  })

  it('is the inverse of itself with the sides changed', () => {
    const [a, b] = [
      [1, 2, 4, 3.5],
      [10, 10.5, 9, 12, 11],
    ]
    const [one, other] = [of('interval', sigmaRatioInterval(a, b)), of('interval', sigmaRatioInterval(b, a))]
    near(one.lower, 1 / other.upper)
    near(one.estimate, 1 / other.estimate)
  })

  it('is undefined, with a reason, for what has no ratio', () => {
    const good = [1, 2, 3]
    for (const bad of [[1, 1, 1], [1], [], [1, NaN, 2], [1, Infinity]]) {
      reasonOf(sigmaRatioInterval(bad, good))
      reasonOf(sigmaRatioInterval(good, bad))
    }
    reasonOf(sigmaRatioInterval(good, good, 1))
    expect(of('interval', sigmaRatioInterval([1e-300, 2e-300], [1e300, 2e300])).kind).toBe('interval')
  })
})

describe('seeds for a ratio', () => {
  it('gives the power that it promises, and one seed fewer does not', () => {
    const random = stream(5, 'spread-power')
    const distance = 2.5
    const n = spreadRatioSeeds({ distance, alpha: 0.025, power: 0.8 }) as number
    const power = (seeds: number): number => {
      let below = 0
      for (let i = 0; i < 4000; i++) {
        const draw = (): number[] => Array.from({ length: seeds }, () => random.normal())
        below += Number(of('interval', sigmaRatioInterval(draw(), draw(), 0.95)).upper <= distance)
      }
      return below / 4000
    }
    expect(power(n)).toBeGreaterThan(0.8 - 0.02)
    expect(power(n - 2)).toBeLessThan(0.8)
  })

  it('cannot be told for a limit that equal spreads do not meet', () => {
    expect(spreadRatioSeeds({ distance: 1, alpha: 0.025, power: 0.8 })).toBeUndefined()
    expect(spreadRatioSeeds({ distance: 1.0001, alpha: 0.025, power: 0.8 })).toBeUndefined()
  })
})
