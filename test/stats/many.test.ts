import { describe, expect, it } from 'vitest'
import { interquartileMean } from '../../src/stats/describe.ts'
import {
  interquartileMeanInterval,
  pairedT,
  sigmaInterval,
  tInterval,
  welch,
  type TTest,
} from '../../src/stats/intervals.ts'
import { seedsNeeded } from '../../src/stats/power.ts'
import { crossingProbability, nominalAlpha } from '../../src/stats/sequential.ts'
import { superiority } from '../../src/stats/superiority.ts'
import { brownForsythe, holm, mannWhitney, signFlip, type RankTest } from '../../src/stats/tests.ts'
import { near, of, vectors } from './vectors.ts'

type Tails = [less: number, greater: number, twoSided: number]
type T = [t: number, df: number, ...Tails]
interface Pair {
  readonly a: number[]
  readonly b: number[]
  readonly welch: T
  readonly paired?: T
  readonly levene?: [f: number, p: number]
  readonly superiority: number
}
interface Ranked {
  readonly a: number[]
  readonly b: number[]
  readonly u?: number
  readonly p: Tails
}
interface Single {
  readonly x: number[]
  readonly level: number
  readonly t: [number, number]
  readonly sigma: [number, number]
  readonly iqm: number
  readonly trimmed?: [number, number]
}
const many = vectors<{
  pairs: Pair[]
  ranks: Ranked[]
  flips: Ranked[]
  intervals: Single[]
  holm: { p: number[]; alpha: number; adjusted: number[]; rejected: boolean[] }[]
  power: { effect: number; alpha: number; power: number; paired: boolean; seeds: number; reached: number }[]
  sequential: {
    crossing: { looks: number[]; z: number; crossed: number }[]
    levels: { looks: number[]; alpha: number; nominal: number }[]
  }
}>('many')

/** Values near a large number lose digits when it is taken away, in SciPy's sums as in ours. */
const digits = (...samples: readonly number[][]): number => {
  const all = samples.flat()
  const size = Math.max(...all.map(Math.abs))
  const spread = Math.max(...samples.map((x) => Math.max(...x) - Math.min(...x)))
  return 1e-9 + (100 * Number.EPSILON * size) / spread
}

describe('hundreds of inputs, normal, skewed, heavy-tailed, tied, of all sizes, agree with SciPy and statsmodels', () => {
  const tailsAgree = (found: TTest | RankTest, [less, greater, twoSided]: readonly number[], relative: number): void => {
    near(found.pLess, less ?? NaN, relative)
    near(found.pGreater, greater ?? NaN, relative)
    near(found.pTwoSided, twoSided ?? NaN, relative)
  }
  const sameTest = (found: ReturnType<typeof welch>, [t, df, ...tails]: T, relative: number): void => {
    const test = of('test', found)
    near(test.t, t, relative)
    near(test.df, df, relative)
    // A far tail multiplies the relative error of t.
    tailsAgree(test, tails, relative * (1 + 10 * t * t))
  }

  it('Welch, paired t, Brown–Forsythe and P(candidate > baseline)', () => {
    expect(many.pairs.length).toBeGreaterThan(200)
    expect(many.pairs.filter((c) => c.paired).length).toBeGreaterThan(100)
    expect(many.pairs.filter((c) => c.levene).length).toBeGreaterThan(150)
    for (const c of many.pairs) {
      const relative = digits(c.a, c.b)
      sameTest(welch(c.a, c.b), c.welch, relative)
      const differences = c.a.map((v, i) => v - (c.b[i] ?? 0))
      if (c.paired) sameTest(pairedT(c.a, c.b), c.paired, digits(differences) + 2 * relative)
      if (c.levene) {
        const spread = of('test', brownForsythe([c.a, c.b]))
        near(spread.f, c.levene[0], 100 * relative)
        near(spread.p, c.levene[1], 100 * relative)
      }
      near(of('superiority', superiority(c.a, c.b, true)).probability, c.superiority, 1e-12)
      near(of('superiority', superiority(c.a, c.b, false)).probability, 1 - c.superiority, 1e-12)
    }
  })

  it('exact Mann–Whitney and sign flips, with ties and without', () => {
    expect(many.ranks.length).toBeGreaterThan(70)
    expect(many.flips.length).toBeGreaterThan(70)
    for (const { a, b, u, p } of many.ranks) {
      const found = of('test', mannWhitney(a, b))
      expect(found.statistic).toBe(u)
      tailsAgree(found, p, 1e-10)
    }
    for (const { a, b, p } of many.flips) tailsAgree(of('test', signFlip(a, b)), p, 1e-10)
  })

  it('intervals of the mean, of σ and of the interquartile mean', () => {
    expect(many.intervals.length).toBe(200)
    for (const c of many.intervals) {
      const relative = digits(c.x)
      const scale = Math.max(...c.x.map(Math.abs))
      near(interquartileMean(c.x), c.iqm, 1e-12)
      const pairs = [
        [tInterval(c.x, c.level), c.t],
        [sigmaInterval(c.x, c.level), c.sigma],
        [interquartileMeanInterval(c.x, c.level), c.trimmed],
      ] as const
      for (const [found, expected] of pairs) {
        if (!expected) {
          expect(found.kind).toBe('undefined')
          continue
        }
        const bounds = of('interval', found)
        const reach = expected[1] - expected[0]
        near(bounds.lower, expected[0], relative, relative * reach + 1e-14 * scale)
        near(bounds.upper, expected[1], relative, relative * reach + 1e-14 * scale)
      }
    }
  })

  it('Holm', () => {
    expect(many.holm.length).toBe(120)
    for (const { p, alpha, adjusted, rejected } of many.holm) {
      const found = holm(p, alpha)
      found.adjusted.forEach((value, i) => near(value, adjusted[i] ?? NaN, 1e-12))
      expect(found.rejected).toEqual(rejected)
    }
  })

  it('seeds needed, paired and not', () => {
    expect(many.power.length).toBe(160)
    for (const { effect, alpha, power, paired, seeds, reached } of many.power) {
      for (const sd of [1, 1e-6, 300]) {
        const found = of('seeds', seedsNeeded({ effect: effect * sd, sd, alpha, power, paired }))
        expect(found.seeds, `effect ${effect}, alpha ${alpha}, power ${power}, paired ${paired}`).toBe(seeds)
        near(found.power, reached, 1e-6)
      }
    }
  })

  it('group-sequential bounds for lists of looks of all kinds', () => {
    expect(many.sequential.crossing.length).toBe(60)
    for (const { looks, z, crossed } of many.sequential.crossing) {
      // SciPy integrates four looks and more at random, to some 5e-6 with so many points.
      near(crossingProbability(looks, z), crossed, 1e-7, looks.length > 3 ? 1e-5 : 1e-9)
    }
    for (const { looks, alpha, nominal } of many.sequential.levels) near(nominalAlpha(looks, alpha), nominal, 2e-6)
  })
})
