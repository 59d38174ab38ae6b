import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { predictivePower } from '../../../src/data/checks/methods/predictive-power.ts'
import {
  associationOf,
  chiSquareTail,
  holmRejects,
  kolmogorovSmirnov,
  stability,
} from '../../../src/data/checks/methods/two-samples.ts'
import { stream } from '../../../src/base/random.ts'
import { fixture } from '../support.ts'

interface Vectors {
  readonly power: readonly { name: string; values: number[]; targets: number[]; classes: number | null; score: number }[]
  readonly ks: readonly { a: number[]; b: number[]; d: number; p: number }[]
  readonly chi2: readonly [x: number, df: number, p: number][]
  readonly cramer: readonly { left: number[]; right: number[]; v: number; p: number }[]
}
const vectors = JSON.parse(readFileSync(fixture('checks.json'), 'utf8')) as Vectors

describe('predictive power', () => {
  it.each(vectors.power)("is that of scikit-learn's trees: $name", ({ values, targets, classes, score }) => {
    expect(predictivePower(Float32Array.from(values), Float32Array.from(targets), classes)).toBeCloseTo(score, 6)
  })

  it('is 1 for the label itself, and 0 where there is nothing to tell', () => {
    const y = Float32Array.from({ length: 200 }, (_, i) => (i * 7) % 3)
    expect(predictivePower(y, y, 3)).toBe(1)
    expect(predictivePower(new Float32Array(200), y, 3)).toBe(0)
    expect(predictivePower(y, new Float32Array(200), 3)).toBe(0)
    expect(predictivePower(y, new Float32Array(200), null)).toBe(0)
  })

  it('orders negative numbers and zeros as numbers', () => {
    const values = Float32Array.from({ length: 400 }, (_, i) => (((i * 37) % 400) - 200) / 10)
    expect(
      predictivePower(
        values,
        values.map((v) => (v > -7 ? 1 : 0)),
        2,
      ),
    ).toBeGreaterThan(0.97)
  })
})

describe('two samples', () => {
  it.each(vectors.ks)('are as far apart as SciPy says: D = $d', ({ a, b, d, p }) => {
    const found = kolmogorovSmirnov(Float32Array.from(a), Float32Array.from(b))
    expect(found.effect).toBeCloseTo(d, 12)
    // SciPy's p is exact here, ours a limit.
    expect(Math.abs(found.p - p)).toBeLessThan(0.1 * p + 1e-4)
  })

  it('chi-square has the tail that SciPy gives', () => {
    for (const [x, df, p] of vectors.chi2) expect(Math.abs(chiSquareTail(x, df) / p - 1), `${x}, ${df}`).toBeLessThan(1e-9)
  })

  it.each(vectors.cramer)("have the corrected Cramér's V $v", ({ left, right, v, p }) => {
    const found = associationOf(left, right)
    expect(found.effect).toBeCloseTo(v, 10)
    expect(found.p / p).toBeCloseTo(1, 8)
  })

  it('one value, one level or rare levels say nothing', () => {
    const same = new Float32Array(50).fill(3)
    expect(kolmogorovSmirnov(same, same)).toEqual({ effect: 0, p: 1 })
    expect(stability(same, same)).toEqual({ effect: 0, p: 1 })
    expect(associationOf([100, 0], [50, 0])).toEqual({ effect: 0, p: 1 })
    expect(associationOf([100, 1, 0], [50, 0, 1])).toEqual({ effect: 0, p: 1 })
  })

  it('PSI grows with a change of place or of spread, and is near 0 without', () => {
    const random = stream(1, 'psi')
    const sample = (n: number, mean: number, sd: number): Float32Array =>
      Float32Array.from({ length: n }, () => mean + sd * random.normal()).sort()
    const base = sample(1000, 0, 1)
    expect(stability(base, sample(500, 0, 1)).effect).toBeLessThan(0.03)
    // Between N(0, 1) and N(μ, 1) it is μ², of which ten bins see most.
    expect(stability(base, sample(500, 0.5, 1)).effect).toBeGreaterThan(0.15)
    expect(stability(base, sample(500, 0, 2)).effect).toBeGreaterThan(0.2)
  })

  it('Holm steps down and stops', () => {
    expect(holmRejects([0.01, 0.04, 0.03, 0.005], 0.05)).toEqual([true, false, false, true])
    expect(holmRejects([], 0.05)).toEqual([])
    expect(holmRejects([0.01, 0.02], 0.05)).toEqual([true, true])
  })
})
