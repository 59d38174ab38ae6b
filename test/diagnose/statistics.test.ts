import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { noiseAround, robustSd, robustSlope } from '../../src/diagnose/robust.ts'
import { agreement } from '../../src/diagnose/rules/epoch-boundaries.ts'

interface Oracles {
  readonly slopes: readonly {
    readonly values: readonly number[]
    readonly change: number
    readonly lower: number
    readonly upper: number
  }[]
  readonly friedman: readonly { readonly rows: readonly (readonly number[])[]; readonly w: number; readonly p: number }[]
}
const oracles = JSON.parse(readFileSync(new URL('fixtures/oracles.json', import.meta.url), 'utf8')) as Oracles

describe('against SciPy', () => {
  it.each(oracles.slopes.map((o) => [o.values.length, o] as const))(
    'the slope of %i values and its interval are those of theilslopes',
    (_, o) => {
      const found = robustSlope(o.values)
      expect(found?.change).toBeCloseTo(o.change, 10)
      expect(found?.lower).toBeCloseTo(o.lower, 10)
      expect(found?.upper).toBeCloseTo(o.upper, 10)
    },
  )
  it.each(oracles.friedman.map((o) => [o.rows.length, o] as const))(
    'the agreement of %i epochs is that of friedmanchisquare',
    (_, o) => {
      const found = agreement(o.rows)
      expect(found.w).toBeCloseTo(o.w, 10)
      expect(Math.abs(found.p / o.p - 1)).toBeLessThan(1e-8)
    },
  )
})

describe('noise', () => {
  const random = stream(1, 'noise')
  const noise = Array.from({ length: 4000 }, () => 0.3 * random.normal())
  it('is found beside any straight course, and past outliers', () => {
    expect(noiseAround(noise.map((n, i) => n + 0.01 * i))).toBeCloseTo(0.3, 1)
    expect(robustSd(noise.map((n, i) => (i % 10 === 0 ? 1000 : n)))).toBeLessThan(0.4)
    expect(noiseAround([1, 2])).toBe(0)
  })
  it('makes no agreement between epochs: one in a thousand at the level of one in a thousand', () => {
    const draws = Array.from(
      { length: 2000 },
      () => agreement(Array.from({ length: 8 }, () => Array.from({ length: 10 }, () => random.uniform()))).p,
    )
    expect(draws.filter((p) => p < 0.001).length).toBeLessThan(9)
    expect(draws.filter((p) => p < 0.05).length / draws.length).toBeCloseTo(0.05, 1)
  })
})
