import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { differenceInterval } from '../../src/stats/intervals.ts'
import { seedsNeeded, tPower } from '../../src/stats/power.ts'
import { crossingProbability, nominalAlpha } from '../../src/stats/sequential.ts'
import { normalCdf } from '../../src/stats/distributions.ts'
import { near, of, reasonOf, vectors } from './vectors.ts'

const expected = vectors<{
  crossing: { looks: number[]; z: number; p: number }[]
  nominal: { looks: number[]; alpha: number; nominal: number }[]
  published: { looks: number[]; two_sided: number; z: number }[]
}>('sequential')

describe('group-sequential bounds', () => {
  it.each(expected.crossing)('crossing $z at looks $looks agrees with the multivariate normal', ({ looks, z, p }) => {
    // Two looks are exact on both sides; SciPy integrates more of them at random, to 1e-6 or so.
    near(crossingProbability(looks, z), p, 1e-7, looks.length === 2 ? 1e-9 : 2e-6)
  })

  it.each(expected.nominal)('nominal level at looks $looks for $alpha', ({ looks, alpha, nominal }) => {
    near(nominalAlpha(looks, alpha), nominal, 1e-6)
  })

  it.each(expected.published)('looks $looks reproduce Pocock’s published constant $z', ({ looks, two_sided, z }) => {
    // The table is two-sided; crossing both bounds is so rare that one side at half the level gives the same constant.
    const nominal = nominalAlpha(looks, two_sided / 2)
    expect(nominal).toBeGreaterThan(normalCdf(-(z + 0.0006 + 0.001 * Number(looks.length > 1))))
    expect(nominal).toBeLessThan(normalCdf(-(z - 0.0016)))
  })

  it('one look spends all, more looks leave less for each, and none is refused', () => {
    expect(nominalAlpha([5], 0.05)).toBe(0.05)
    near(nominalAlpha([5, 10], 0.05), 0.0304, 2e-3)
    const levels = [[10], [5, 10], [3, 5, 10], [3, 4, 5, 10]].map((looks) => nominalAlpha(looks, 0.05))
    expect(levels).toEqual([...levels].sort((a, b) => b - a))
    for (const looks of [[], [5, 5], [10, 5], [0, 5], [NaN, 3]]) expect(() => nominalAlpha(looks, 0.05)).toThrow('looks')
    for (const alpha of [0, 0.5, NaN, 2]) expect(() => nominalAlpha([5, 10], alpha)).toThrow('alpha')
  })
})

describe('power and seeds needed', () => {
  const { powers, needed } = vectors<{
    powers: { n: number; effect: number; alpha: number; independent: number; paired: number }[]
    needed: { effect: number; power: number; alpha: number; independent: number }[]
  }>('power')

  it.each(powers)('$n seeds, effect $effect, agree with statsmodels', ({ n, effect, alpha, independent, paired }) => {
    near(tPower(n, { effect, sd: 1, alpha }), independent, 1e-6)
    near(tPower(n, { effect: effect * 3, sd: 3, alpha, paired: true }), paired, 1e-6)
  })

  it.each(needed)('an effect of $effect at power $power', ({ effect, power, alpha, independent }) => {
    const found = of('seeds', seedsNeeded({ effect, sd: 1, alpha, power }))
    expect(found.seeds).toBe(Math.max(2, independent))
    expect(found.power).toBeGreaterThanOrEqual(power)
  })

  it('explains what no number of seeds can do', () => {
    const design = { effect: 1, sd: 1, alpha: 0.05, power: 0.8 }
    for (const wrong of [{ effect: 0 }, { effect: NaN }, { sd: 0 }, { sd: Infinity }, { alpha: 0 }, { power: 1 }]) {
      reasonOf(seedsNeeded({ ...design, ...wrong }))
    }
    expect(reasonOf(seedsNeeded({ ...design, effect: 1e-6 }))).toMatch(/over 10000 seeds/)
    expect(of('seeds', seedsNeeded({ ...design, effect: 1e6 })).seeds).toBe(2)
  })
})

/** The regression gate's rule on normal seeds: pass, fail, else go on to the next look. */
function gate(random: ReturnType<typeof stream>, drop: number, margin: number, looks: readonly number[], paired = false) {
  const alpha = nominal(looks)
  const last = looks.at(-1) ?? 0
  const shared = Array.from({ length: last }, () => (paired ? random.normal() : 0))
  const baseline = shared.map((s) => s + random.normal() + drop)
  const candidate = shared.map((s) => s + random.normal())
  for (const n of looks) {
    const found = differenceInterval(baseline.slice(0, n), candidate.slice(0, n), { paired, alpha })
    if (found.kind === 'undefined') continue
    if (found.upper < margin) return { verdict: 'pass', n }
    if (found.lower > 0) return { verdict: 'fail', n }
  }
  return { verdict: 'inconclusive', n: last }
}

const levels = new Map<string, number>()
function nominal(looks: readonly number[]): number {
  const key = looks.join()
  const level = levels.get(key) ?? nominalAlpha(looks, 0.05)
  levels.set(key, level)
  return level
}

describe('the sequential rule keeps its word on normal seeds', () => {
  const simulate = (runs: number, drop: number, margin: number, looks: readonly number[], paired = false) => {
    const random = stream(5, 'gate', drop, ...looks)
    const found = Array.from({ length: runs }, () => gate(random, drop, margin, looks, paired))
    const share = (verdict: string) => found.filter((f) => f.verdict === verdict).length / runs
    return { pass: share('pass'), fail: share('fail'), seeds: found.reduce((sum, f) => sum + f.n, 0) / runs }
  }

  it.each([
    [[5, 10], false],
    [[5, 10], true],
    [[3, 5, 10], false],
    [[3, 5, 10], true],
  ] as const)('no drop is called one 5 times in 100, looks at %j, paired %j', (looks, paired) => {
    // A margin that nothing can pass leaves the one bound to cross. 6000 runs measure .05 to ±.009.
    const { fail } = simulate(6000, 0, -99, looks, paired)
    expect(fail).toBeLessThan(0.062)
    expect(fail).toBeGreaterThan(0.036)
  })

  it('with a margin of two seed SD it passes no drop with about six seeds and fails a drop of the margin', () => {
    const none = simulate(2000, 0, 2, [5, 10])
    expect(Math.abs(none.pass - 0.98)).toBeLessThan(0.015)
    expect(Math.abs(none.seeds - 5.9)).toBeLessThan(0.25)
    expect(simulate(2000, 2, 2, [5, 10]).pass).toBeLessThan(0.06)
    expect(Math.abs(simulate(2000, 2, 2, [5, 10]).fail - 0.96)).toBeLessThan(0.02)
  })
})
