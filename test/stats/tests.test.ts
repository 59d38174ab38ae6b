import { describe, expect, it } from 'vitest'
import { superiority } from '../../src/stats/superiority.ts'
import { brownForsythe, holm, mannWhitney, signFlip } from '../../src/stats/tests.ts'
import type { RankTest } from '../../src/stats/tests.ts'
import { near, of, reasonOf, vectors } from './vectors.ts'

interface P {
  readonly less: number
  readonly greater: number
  readonly 'two-sided': number
}
const expected = vectors<{
  mann_whitney: { a: number[]; b: number[]; u: number; superiority: number; p: P }[]
  sign_flip: { a: number[]; b: number[]; mean: number; p: P }[]
  levene: { groups: number[][]; f: number; p: number }[]
  holm: { p: number[]; adjusted: number[]; rejected: boolean[] }[]
}>('rank-tests')

const tailsAgree = (found: RankTest, p: P): void => {
  near(found.pLess, p.less, 1e-10)
  near(found.pGreater, p.greater, 1e-10)
  near(found.pTwoSided, p['two-sided'], 1e-10)
}

describe('exact tests agree with scipy.stats', () => {
  it.each(expected.mann_whitney)('Mann–Whitney %#, with and without ties', ({ a, b, u, superiority: share, p }) => {
    const found = of('test', mannWhitney(a, b))
    expect(found.statistic).toBe(u)
    tailsAgree(found, p)
    near(of('superiority', superiority(a, b, true)).probability, share)
    near(of('superiority', superiority(a, b, false)).probability, 1 - share)
  })

  it.each(expected.sign_flip)('sign flips %#', ({ a, b, mean, p }) => {
    const found = of('test', signFlip(a, b))
    near(found.statistic, mean, 1e-9)
    tailsAgree(found, p)
  })

  it.each(expected.levene)('Brown–Forsythe %#', ({ groups, f, p }) => {
    const found = of('test', brownForsythe(groups))
    near(found.f, f, 1e-8)
    near(found.p, p, 1e-8)
  })

  it('gives the published figures of the fixed vector', () => {
    const a = [0.912, 0.905, 0.917, 0.909, 0.914]
    const b = [0.921, 0.918, 0.925, 0.919, 0.923]
    near(of('test', mannWhitney(a, b)).pLess, 0.00396825, 1e-6)
    near(of('test', signFlip(a, b)).pLess, 0.03125)
    near(of('test', brownForsythe([a, b])).p, 0.40935, 1e-5)
  })

  it('sums of signs that differ by rounding alone are ties: 5 of the 8 are at most 0, and 5 at least', () => {
    for (const a of [
      [0.1, 0.7, -0.8],
      [-0.1, -0.7, 0.8],
    ]) {
      const found = of('test', signFlip(a, [0, 0, 0]))
      expect([found.pLess, found.pGreater]).toEqual([5 / 8, 5 / 8])
    }
  })

  it('three pairs never reach .05 by their signs, five just do, ten easily', () => {
    const rising = (n: number) => Array.from({ length: n }, (_, i) => 1 + i)
    const smallest = (n: number) => of('test', signFlip(new Array<number>(n).fill(0), rising(n))).pLess
    expect([3, 5, 10].map(smallest)).toEqual([1 / 8, 1 / 32, 1 / 1024])
  })
})

describe('Holm agrees with statsmodels', () => {
  it.each(expected.holm)('%#', ({ p, adjusted, rejected }) => {
    const found = holm(p)
    found.adjusted.forEach((value, i) => near(value, adjusted[i] ?? NaN, 1e-12))
    expect(found.rejected).toEqual(rejected)
  })
  it('counts what could not be tested, and claims nothing of it', () => {
    expect(holm([NaN, 0.02]).adjusted).toEqual([1, 0.04])
    expect(holm([])).toEqual({ adjusted: [], rejected: [] })
  })
})

describe('degenerate input is explained', () => {
  it.each([
    ['no value', [], [1]],
    ['NaN', [1, NaN], [2, 3]],
    ['infinite', [1, 2], [2, -Infinity]],
    ['equal', [2, 2], [2, 2]],
  ] as const)('%s', (_name, a, b) => {
    reasonOf(mannWhitney(a, b))
    reasonOf(signFlip(a, b))
    reasonOf(brownForsythe([a, b]))
    if (_name !== 'equal') reasonOf(superiority(a, b, true))
  })

  it('says what it cannot do', () => {
    const many = Array.from({ length: 60 }, (_, i) => i)
    expect(reasonOf(mannWhitney(many, many))).toMatch(/at most 100/)
    expect(reasonOf(signFlip(many, [...many].reverse()))).toMatch(/at most 20/)
    expect(reasonOf(signFlip([1, 2], [1]))).toMatch(/found 2 and 1/)
    expect(reasonOf(brownForsythe([[1, 2, 3]]))).toMatch(/2 groups/)
    expect(
      reasonOf(
        brownForsythe([
          [1, 3],
          [2, 4],
        ]),
      ),
    ).toMatch(/equally far/)
  })

  it('equal samples are even chances', () => {
    expect(of('superiority', superiority([1, 2], [2, 1], true)).probability).toBe(0.5)
  })

  it('huge and tiny values rank like any others', () => {
    expect(of('test', mannWhitney([1e308, -1e308], [5e-324, 0])).pLess).toBeGreaterThan(0)
    expect(of('test', signFlip([1e-320, 3e-320], [0, 0])).pGreater).toBe(0.25)
    expect(reasonOf(signFlip([1e308, 1e308], [-1e308, 0]))).toMatch(/too large/)
  })
})
