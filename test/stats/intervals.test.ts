import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import {
  differenceInterval,
  interquartileMeanInterval,
  pairedT,
  sigmaInterval,
  tInterval,
  welch,
} from '../../src/stats/intervals.ts'
import { near, of, reasonOf, vectors } from './vectors.ts'

interface Expected {
  readonly t: number
  readonly df: number
  readonly interval: [number, number]
  readonly p: { less: number; greater: number; 'two-sided': number }
}
interface TTestCase extends Expected {
  a: number[]
  b: number[]
  alpha: number
  paired?: Expected
}

function compare(test: ReturnType<typeof welch>, interval: ReturnType<typeof tInterval>, expected: Expected): void {
  const found = of('test', test)
  near(found.t, expected.t, 1e-8)
  near(found.df, expected.df, 1e-8)
  near(found.pLess, expected.p.less, 1e-8)
  near(found.pGreater, expected.p.greater, 1e-8)
  near(found.pTwoSided, expected.p['two-sided'], 1e-8)
  const bounds = of('interval', interval)
  near(bounds.lower, expected.interval[0], 1e-8)
  near(bounds.upper, expected.interval[1], 1e-8)
}

describe('t tests agree with scipy.stats', () => {
  it.each(vectors<TTestCase[]>('t-tests'))('pair of samples %#', (c) => {
    compare(welch(c.a, c.b), differenceInterval(c.a, c.b, { paired: false, alpha: c.alpha }), c)
    if (c.paired) compare(pairedT(c.a, c.b), differenceInterval(c.a, c.b, { paired: true, alpha: c.alpha }), c.paired)
  })

  it('gives the published figures of the fixed vector', () => {
    const a = [0.912, 0.905, 0.917, 0.909, 0.914]
    const b = [0.921, 0.918, 0.925, 0.919, 0.923]
    near(of('test', welch(a, b)).pLess, 0.0027355, 2e-5)
    near(of('test', welch(a, b)).df, 6.68228, 1e-6)
    near(of('test', pairedT(a, b)).pLess, 0.00016931, 3e-5)
  })

  interface Margin {
    baseline: number[]
    candidate: number[]
    margin: number
    paired: boolean
    p: number
  }
  it.each(vectors<Margin[]>('non-inferiority'))('bounds decide as statsmodels ttost does, %#', (c) => {
    // The upper bound of the drop at alpha meets the margin exactly where the one-sided p value is alpha.
    const at = (alpha: number) =>
      of('interval', differenceInterval(c.baseline, c.candidate, { paired: c.paired, alpha })).upper
    expect(c.p).toBeGreaterThan(0)
    if (c.p < 0.499) near(at(c.p), c.margin, 1e-6)
    if (c.p * 1.02 < 0.5) expect(at(c.p * 1.02)).toBeLessThan(c.margin)
    if (c.p < 0.5) expect(at(c.p * 0.98)).toBeGreaterThan(c.margin)
  })
})

describe('intervals agree with scipy.stats', () => {
  interface Case {
    x: number[]
    level: number
    t: [number, number]
    sigma: [number, number]
    trimmed: [number, number]
  }
  it.each(vectors<Case[]>('intervals'))('sample %#', (c) => {
    const found = [tInterval(c.x, c.level), sigmaInterval(c.x, c.level), interquartileMeanInterval(c.x, c.level)]
    for (const [i, expected] of [c.t, c.sigma, c.trimmed].entries()) {
      const bounds = of('interval', found[i] ?? { kind: 'undefined', reason: 'missing' })
      near(bounds.lower, expected[0], 1e-7)
      near(bounds.upper, expected[1], 1e-7)
    }
  })

  it('knows that five seeds tell a standard deviation to between 0.60 and 2.87 of itself only', () => {
    const found = of('interval', sigmaInterval([1, 2, 3, 4, 5]))
    near(found.lower / found.estimate, 0.599, 1e-3)
    near(found.upper / found.estimate, 2.874, 1e-3)
  })
})

describe('degenerate samples are explained', () => {
  const everyOne = (x: number[]) => [
    tInterval(x),
    sigmaInterval(x),
    interquartileMeanInterval(x),
    welch(x, x),
    pairedT(x, x),
  ]
  it.each([
    ['none', [], /at least 2 values, found 0/],
    ['one', [0.9], /at least 2 values, found 1/],
    ['NaN', [0.9, NaN, 0.8], /holds NaN at position 2 of 3/],
    ['infinite', [0.9, 0.8, -Infinity], /holds -Infinity at position 3 of 3/],
    ['equal', [0.9, 0.9, 0.9], /equal|same|spread/],
    ['equal but for rounding', [0.1 + 0.2, 0.3, 0.3], /equal|same|spread/],
  ] as const)('%s', (_name, x, reason) => {
    for (const result of everyOne([...x])) expect(reasonOf(result)).toMatch(reason)
  })

  it('the same difference in every pair is no certainty, though the subtraction rounds', () => {
    const b = [0.91, 0.52, 0.23, 0.14]
    const a = b.map((v) => v + 0.07)
    expect(new Set(a.map((v, i) => v - (b[i] ?? 0))).size).toBeGreaterThan(1)
    expect(reasonOf(pairedT(a, b))).toMatch(/every pair differs by the same 0\.07/)
  })

  it('spread on one side is enough for Welch, and the degrees of freedom are that side’s', () => {
    expect(of('test', welch([0.9, 0.9, 0.9], [0.8, 0.82, 0.81])).df).toBe(2)
  })

  it('pairs of unequal length, and levels that are none, are named', () => {
    expect(reasonOf(pairedT([1, 2, 3], [1, 2]))).toMatch(/found 3 and 2/)
    expect(reasonOf(tInterval([1, 2, 3], 1))).toMatch(/between 0 and 1/)
    expect(reasonOf(differenceInterval([1, 2], [1, 3], { paired: false, alpha: 0.5 }))).toMatch(/below one half/)
    expect(reasonOf(differenceInterval([1, 2], [1, 3], { paired: false, alpha: NaN }))).toMatch(/alpha/)
  })

  it('huge and tiny values give the same answer in other units, or say that they are too large', () => {
    const [a, b] = [
      [1, 2, 4],
      [3, 5, 6],
    ]
    const t = of('test', welch(a, b)).t
    for (const unit of [1e-300, 1e-9, 1e9, 1e300]) {
      near(
        of(
          'test',
          welch(
            a.map((v) => v * unit),
            b.map((v) => v * unit),
          ),
        ).t,
        t,
      )
      near(
        of(
          'test',
          pairedT(
            a.map((v) => v * unit),
            b.map((v) => v * unit),
          ),
        ).t,
        of('test', pairedT(a, b)).t,
      )
    }
    expect(reasonOf(welch([1.7e308, 1.6e308], [-1.7e308, -1.6e308]))).toMatch(/too large/)
  })
})

describe('intervals cover as often as they say', () => {
  const share = (n: number, hit: (random: ReturnType<typeof stream>, i: number) => boolean): number => {
    const random = stream(11, 'coverage')
    return Array.from({ length: n }, (_, i) => hit(random, i)).filter(Boolean).length / n
  }
  const draw = (random: ReturnType<typeof stream>, n: number) => Array.from({ length: n }, () => random.normal())

  it.each([3, 5, 10])('t and sigma, %i seeds', (n) => {
    // 3000 samples: a coverage of .95 is measured to ±.012 (three standard errors).
    const covers = (interval: ReturnType<typeof tInterval>, truth: number) =>
      interval.kind === 'interval' && interval.lower < truth && truth < interval.upper
    expect(Math.abs(share(3000, (r) => covers(tInterval(draw(r, n)), 0)) - 0.95)).toBeLessThan(0.012)
    expect(Math.abs(share(3000, (r) => covers(sigmaInterval(draw(r, n)), 1)) - 0.95)).toBeLessThan(0.012)
    // The trimmed one is an approximation: .936 at five.
    expect(share(3000, (r) => covers(interquartileMeanInterval(draw(r, n)), 0))).toBeGreaterThan(0.92)
  })

  it.each([
    [3, 1, 0.22],
    [3, 2, 0.58],
    [5, 1, 0.41],
    [5, 2, 0.88],
    [10, 1, 0.69],
    [10, 2, 1],
  ])('Welch’s t with %i seeds per side shows a drop of %i seed SD in a share of %f of the cases', (n, drop, power) => {
    const found = share(2000, (r) => {
      const test = welch(
        draw(r, n).map((v) => v + drop),
        draw(r, n),
      )
      return test.kind === 'test' && test.pGreater < 0.05
    })
    expect(Math.abs(found - power)).toBeLessThan(0.035)
  })
})
