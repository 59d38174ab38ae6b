import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { sensitivity } from '../../src/stats/sensitivity.ts'
import type { GridRun } from '../../src/stats/sensitivity.ts'
import { near, of, reasonOf, vectors } from './vectors.ts'

interface Row {
  readonly ss: number
  readonly df: number
  readonly omega: number
  readonly f: number
  readonly p: number
}
interface Case {
  runs: GridRun[]
  mse: number
  df: number
  total: number
  levers: Record<string, Row>
}

describe('sensitivity agrees with statsmodels', () => {
  it.each(vectors<Case[]>('sensitivity'))('grid %#, full, with gaps or uneven', ({ runs, mse, df, total, levers }) => {
    const found = of('sensitivity', sensitivity(runs))
    near(found.meanSquareError, mse, 1e-9)
    expect(found.errorDf).toBe(df)
    near(found.totalSumOfSquares, total, 1e-9)
    expect(found.levers).toHaveLength(3)
    for (const lever of found.levers) {
      const expected = levers[lever.lever] as Row
      near(lever.sumOfSquares, expected.ss, 1e-7)
      expect(lever.df).toBe(expected.df)
      near(lever.omegaSquared, expected.omega, 1e-7, 1e-9)
      near(lever.f, expected.f, 1e-7)
      near(lever.pValue, expected.p, 1e-6)
    }
  })
})

const grid = (value: (a: number, b: number, seed: number) => number): GridRun[] =>
  [0, 1, 2].flatMap((a) => [0, 1].flatMap((b) => [0, 1, 2].map((seed) => ({ levels: { a, b }, value: value(a, b, seed) }))))

describe('sensitivity of awkward grids', () => {
  it('finds the lever that matters, and nothing in the one that does not', () => {
    const random = stream(4, 'grid')
    const found = of('sensitivity', sensitivity(grid((a) => a + 0.05 * random.normal())))
    expect(found.levers.map((l) => l.lever)).toEqual(['a', 'b'])
    expect(found.levers[0]?.omegaSquared).toBeGreaterThan(0.98)
    expect(found.levers[1]?.omegaSquared).toBeLessThan(0.01)
  })

  it('with seeds that agree to the digit, a lever explains all or nothing', () => {
    const [a, b] = of('sensitivity', sensitivity(grid((level) => 0.1 * level))).levers
    near(a?.omegaSquared ?? NaN, 1)
    expect([b?.omegaSquared, b?.f, b?.pValue]).toEqual([0, 0, 1])
  })

  it('leaves diverged runs out and says how many', () => {
    const random = stream(4, 'grid')
    expect(of('sensitivity', sensitivity(grid((a, b, s) => (a + b + s === 0 ? NaN : a + random.normal())))).omitted).toBe(1)
  })

  it('cannot tell levers apart that always moved together, and ranks them last', () => {
    const random = stream(5, 'grid')
    const runs = grid((a) => a + 0.1 * random.normal()).map((run) => ({
      ...run,
      levels: { ...run.levels, twin: Number(run.levels['b']) * 7 },
    }))
    const found = of('sensitivity', sensitivity(runs)).levers
    expect(found.map((l) => [l.lever, l.df])).toEqual([
      ['a', 2],
      ['b', 0],
      ['twin', 0],
    ])
    expect(found[1]?.omegaSquared).toBeNaN()
  })

  it.each([
    ['no runs', [], /no run/],
    ['only diverged runs', grid(() => NaN), /no run/],
    ['one seed', grid((a, b) => a + b).filter((_, i) => i % 3 === 0), /two seeds/],
    ['equal values', grid(() => 0.9), /same value/],
  ])('%s is explained', (_name, runs, reason) => {
    expect(reasonOf(sensitivity(runs))).toMatch(reason)
  })

  it('gives the same shares in any unit', () => {
    const random = stream(6, 'grid')
    const runs = grid((a, b) => a + b + random.normal())
    const base = of('sensitivity', sensitivity(runs)).levers[0]?.omegaSquared ?? NaN
    for (const unit of [1e-200, 1e200]) {
      const found = of('sensitivity', sensitivity(runs.map((run) => ({ ...run, value: run.value * unit }))))
      near(found.levers[0]?.omegaSquared ?? NaN, base)
    }
  })
})
