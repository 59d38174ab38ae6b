import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { checkPower, type PowerCheckInput } from '../../src/gates/power-check.ts'
import { judge } from '../../src/gates/judge.ts'
import type { AnyGateRule as GateRule } from '../../src/gates/index.ts'
import { evidence, seedsWith } from './evidence.ts'

const values = [0.9, 0.91, 0.89, 0.905, 0.895]
const sd = 0.00790569415
const base = { metric: 'accuracy', split: 'test', onInconclusive: 'fail' } as const
const regression = (margin: number, paired = false): GateRule => ({ ...base, gate: 'regression', margin, paired })
const cap = (maxStd: number): GateRule => ({ ...base, gate: 'seed-variance', maxStd })
const ratio = (maxRatio: number): GateRule => ({ ...base, gate: 'seed-variance', maxRatio })
const level = (min: number | null, max: number | null = null): GateRule => ({ ...base, gate: 'threshold', min, max })
const size = { gate: 'model-size', onInconclusive: 'fail', maxRatio: 1.1 } as const
const time = { gate: 'training-time', onInconclusive: 'fail', maxRatio: 1.1 } as const

const seeds = seedsWith('accuracy', values)
const lock = { source: 'tuning.lock.json', runs: seeds, notes: [], parameters: 100 }
const of = (rule: GateRule, over: Partial<PowerCheckInput> = {}) =>
  checkPower({
    rules: [rule],
    seeds: 5,
    looks: [5],
    parameters: 100,
    baseline: lock,
    noise: { source: lock.source, seeds },
    ...over,
  })

describe('what is foreseen of a gate', () => {
  it('is nothing where its seeds will settle it', () => {
    for (const rule of [regression(3 * sd), cap(5 * sd), ratio(6), level(0.85), level(null, 0.95), size])
      expect(of(rule)).toEqual([])
  })

  it('names a margin below the noise, with the figures, the seeds that would resolve it and the margin that these would', () => {
    const [found] = of(regression(0.005))
    expect(found).toMatchObject({
      gate: 0,
      key: 'margin',
      code: 'below-noise',
      // statsmodels: 1 − TTestIndPower().power(.005/.0079057, 5, .05, alternative='larger') = .767.
      message:
        'the margin of the regression gate is below what 5 seeds can resolve: a change that makes nothing better or worse ' +
        'would end inconclusive in about 77 of 100 studies',
      found: 'margin 0.005, 0.63 times the noise: the seed SD of test accuracy is 0.007906 (5 seeds of tuning.lock.json)',
      // statsmodels: tt_ind_solve_power(effect_size=.005/.0079057, alpha=.05, power=.8, alternative='larger') = 31.6; n=5:
      // 1.7246 SD
      allowed: '32 seeds per side, or a margin of 0.014 with 5, settle it in 4 of 5 cases',
    })
    expect(of(regression(0.005), { seeds: 32, looks: [32] })).toEqual([])
    expect(of(regression(1e-9))[0]?.allowed).toContain('an impractical number of seeds')
    expect(of(regression(0.005, true))[0]?.hint).toContain('paired by seed')
  })

  it('takes the looks into account: each of several tests at a smaller level', () => {
    const margin = 1.8 * sd
    expect(of(regression(margin))).toEqual([])
    expect(of(regression(margin), { looks: [3, 4, 5] })).toHaveLength(1)
  })

  it('names a cap, a ratio and a level that are too near', () => {
    expect(of(cap(2 * sd))[0]).toMatchObject({
      key: 'maxStd',
      code: 'below-noise',
      allowed: expect.stringMatching(/^\d+ seeds settle/),
    })
    expect(of(cap(0.9 * sd))[0]?.allowed).toBe('a cap above 0.007906')
    expect(of(ratio(2))[0]).toMatchObject({
      key: 'maxRatio',
      found: expect.stringContaining('5 seeds against the 5 of the baseline'),
    })
    expect(of(ratio(2), { baseline: null, noise: null })[0]?.allowed).toMatch(/\d+ seeds per side settle/)
    expect(of(ratio(1))[0]?.allowed).toContain('above 1')
    expect(of(level(0.899))[0]).toMatchObject({
      key: 'min',
      found: expect.stringContaining('at least 0.899; the mean is 0.9'),
    })
    expect(of(level(null, 0.901))[0]?.key).toBe('max')
    // The change may be what is to lift it.
    expect(of(level(0.95))).toEqual([])
  })

  it('knows the size already, and that a lock holds no times', () => {
    expect(of(size, { parameters: 111 })[0]).toMatchObject({
      code: 'fails-already',
      found: expect.stringContaining('1.11 times as many'),
    })
    expect(of(size, { baseline: { ...lock, parameters: undefined } as never })[0]?.code).toBe('not-comparable')
    expect(of(time)[0]).toMatchObject({ code: 'not-comparable', hint: expect.stringContaining('--baseline retrain') })
    for (const rule of [size, time]) expect(of(rule, { baseline: null })).toEqual([])
  })

  it('names a lock that is no baseline, at the gates that compare and at no other', () => {
    const baseline = { reason: 'tuning.lock.json was made from other data' }
    for (const rule of [regression(1), ratio(9), size, time])
      expect(of(rule, { baseline })[0]).toMatchObject({ code: 'not-comparable', found: baseline.reason })
    for (const rule of [cap(1), level(0.5)]) expect(of(rule, { baseline, noise: null })).toEqual([])
  })

  it('says nothing of noise that the lock does not tell', () => {
    for (const bad of [[], [0.9], [0.9, 0.9, 0.9], [NaN, NaN], ['crashed', 'diverged', 0.9]] as const) {
      for (const rule of [regression(1e-6), cap(1e-6), level(0.89)])
        expect(of(rule, { noise: { source: 'x', seeds: seedsWith('accuracy', bad) } })).toEqual([])
    }
  })

  it('promises seeds that do settle a gate in 4 cases of 5, and of which half do not', () => {
    const random = stream(8, 'foresight')
    const draw = (n: number): number[] => Array.from({ length: n }, () => 0.9 + sd * random.normal())
    const settled = (rule: GateRule, n: number): number => {
      let passes = 0
      for (let i = 0; i < 1500; i++) {
        const judged = judge([rule], evidence(seedsWith('accuracy', draw(n)), seedsWith('accuracy', draw(n), 'b')))
        passes += Number(judged.gates[0]?.status === 'pass')
      }
      return passes / 1500
    }
    const noise = { source: 'x', seeds: seedsWith('accuracy', values) }
    for (const rule of [regression(0.01), cap(0.012), ratio(2.5), level(0.895)]) {
      const [said] = of(rule, { noise, baseline: null })
      const n = Number(/(\d+) seeds/.exec(said?.allowed ?? '')?.[1])
      expect(settled(rule, n), `${rule.gate} with ${n}`).toBeGreaterThan(0.77)
      expect(settled(rule, Math.ceil(n / 2)), `${rule.gate} with half of ${n}`).toBeLessThan(0.75)
    }
  })
})

describe('what is foreseen of a gate on segments', () => {
  const bySite = (spreads: Readonly<Record<string, number>>, rows = 200) =>
    seeds.map((seed, i) => ({
      ...seed,
      subsets: Object.entries(spreads).map(([site, times]) => ({
        segment: { column: 'site', level: site },
        rows: { validation: 0, test: rows },
        validation: {},
        test: { accuracy: 0.9 + times * ((values[i] ?? 0.9) - 0.9) },
      })),
    }))
  const on = (rule: GateRule, spreads: Readonly<Record<string, number>>, rows?: number) =>
    of({ ...rule, segments: ['site'], minRows: 20 } as GateRule, {
      noise: { source: lock.source, seeds: bySite(spreads, rows) },
    })

  it('is that of its noisiest segment, with what the others add', () => {
    // All rows together have too little noise for a warning; the segments have 0.5, 3 and 4 times as much.
    const margin = 3 * sd
    expect(of(regression(margin))).toEqual([])
    expect(on(regression(margin), { A: 0.5 })).toEqual([])
    const [found] = on(regression(margin), { A: 0.5, B: 4, C: 3 })
    expect(found).toMatchObject({
      key: 'margin',
      code: 'below-noise',
      // SciPy: nct.cdf(t.ppf(.95, 8), 8, .75 * sqrt(2.5)) = .712, a margin of .75 SD with 5 seeds a side.
      message:
        'in site "B" alone, the margin of the regression gate is below what 5 seeds can resolve: a change that makes nothing ' +
        'better or worse would end inconclusive in about 71 of 100 studies, and 1 more of 3 segments have this problem',
      found: expect.stringContaining('the seed SD of test accuracy is 0.03162 (5 seeds of tuning.lock.json)'),
      hint: expect.stringContaining('the gate passes only if every segment does'),
    })
  })

  it('leaves out segments that are not judged, and says nothing of a lock without them', () => {
    expect(on(regression(3 * sd), { B: 4 }, 10)).toEqual([])
    expect(of({ ...regression(3 * sd), segments: ['site'], minRows: 20 } as GateRule)).toEqual([])
  })

  it('is that of the segment closest to the level of a threshold', () => {
    const [found] = on(level(0.885), { A: 1, B: 3 })
    expect(found?.message).toBe('in site "B" alone, the level of the threshold gate is too close for 5 seeds to decide')
  })

  it.each([{ class: 'rare' }, { target: 'rare' }])('is that of the part that the rule names: %o', (part) => {
    const margin = 3 * sd
    const noisy = bySite({ A: 4 }).map(({ subsets, ...seed }) => ({
      ...seed,
      subsets: subsets.map((one) => ({ ...one, ...part })),
    }))
    const rule = { ...regression(margin), ...part, segments: ['site'], minRows: 20 } as GateRule
    const [found] = of(rule, { noise: { source: lock.source, seeds: noisy } })
    expect(found?.message).toMatch(/^in .*site "A" alone, the margin of the regression gate is below/)
    expect(found?.found).toMatch(/the seed SD of test accuracy of .*rare.* is 0.03162/)
  })
})
