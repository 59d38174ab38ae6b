import { describe, expect, it } from 'vitest'
import { judge } from '../../src/gates/judge.ts'
import type { CalibrationRule } from '../../src/gates/calibration.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import type { RegressionRule } from '../../src/gates/regression.ts'
import type { SeedVarianceRule } from '../../src/gates/seed-variance/cap.ts'
import type { ThresholdRule } from '../../src/gates/threshold.ts'
import type { LockedSeed } from '../../src/records/lock.ts'
import { evidence, seedsWith } from './evidence.ts'

const base = { metric: 'accuracy', split: 'test', onInconclusive: 'fail' } as const
const regression: RegressionRule = { ...base, gate: 'regression', margin: 0.01, paired: true }
const unpaired: RegressionRule = { ...regression, paired: false }
const calibration: CalibrationRule = { ...base, metric: 'nll', gate: 'calibration', margin: 0.05, paired: false }
const atLeast: ThresholdRule = { ...base, gate: 'threshold', min: 0.9, max: null }
const variance: SeedVarianceRule = { ...base, gate: 'seed-variance', maxStd: 0.02 }

const good = [0.95, 0.953, 0.948, 0.951, 0.952]
const gateOf = (
  rule: RegressionRule | CalibrationRule | ThresholdRule | SeedVarianceRule,
  ...sides: Parameters<typeof evidence>
) => {
  const [gate] = judge([rule], evidence(...sides)).gates
  if (!gate) throw new Error('no gate')
  return gate
}
const acc = (values: Parameters<typeof seedsWith>[1], side?: string) => seedsWith('accuracy', values, side)

describe('what is missing never passes', () => {
  it('is inconclusive without a baseline, and says why', () => {
    const gate = gateOf(regression, acc(good))
    expect(gate.status).toBe('inconclusive')
    expect(gate.sentence).toContain('there is no tuning.lock.json')
    expect(gate.baseline).toBeNull()
    expect(gate.blocks).toBe(true)
  })

  it('is inconclusive without a verified seed, and with one', () => {
    for (const rule of [regression, atLeast, variance]) {
      expect(gateOf(rule, acc([]), acc(good, 'b')).status).toBe('inconclusive')
      expect(gateOf(rule, acc([0.99]), acc(good, 'b')).status).toBe('inconclusive')
    }
    expect(gateOf(regression, acc(good), acc([0.9], 'b')).sentence).toContain('baseline has 1 finished seed')
  })

  it('is inconclusive where the metric is missing or not finite', () => {
    const holed = acc(good).map((s, i) => (i === 2 ? { ...s, test: { accuracy: NaN } } : s))
    const missing = acc(good).map((s, i) => (i === 2 ? { ...s, test: {} } : s))
    for (const candidate of [holed, missing]) {
      for (const rule of [regression, atLeast, variance]) {
        const gate = gateOf(rule, candidate, acc(good, 'b'))
        expect(gate.status).toBe('inconclusive')
        expect(gate.sentence).toContain('seed 102')
        expect(gate.candidate[2]).toBeNull()
      }
    }
  })

  it('earns no pass without gates', () => {
    const verdict = judge([], evidence(acc(good)))
    expect(verdict.status).toBe('inconclusive')
    expect(verdict.sentence).toContain('No gate is declared')
  })
})

describe('seeds that did not finish', () => {
  it('fails on a diverged candidate seed, however good the others are', () => {
    for (const rule of [regression, atLeast, variance]) {
      const gate = gateOf(rule, acc([...good, 'diverged']), acc([...good, 0.95], 'b'))
      expect(gate.status).toBe('fail')
      expect(gate.sentence).toContain('seed 105')
      expect(gate.candidate).toHaveLength(6)
      expect(gate.candidate.at(-1)).toBeNull()
    }
  })

  it('is inconclusive on a crashed candidate seed', () => {
    for (const rule of [regression, atLeast, variance]) {
      const gate = gateOf(rule, acc([...good, 'crashed']), acc([...good, 0.95], 'b'))
      expect(gate.status).toBe('inconclusive')
      expect(gate.remedy).toContain('Run again')
    }
  })

  it('does not call it a regression where the baseline diverges as often', () => {
    const both = gateOf(regression, acc([...good, 'diverged']), acc([...good, 'diverged'], 'b'))
    expect(both.status).toBe('inconclusive')
    const more = gateOf(regression, acc([...good.slice(1), 'diverged', 'diverged']), acc([...good, 'diverged'], 'b'))
    expect(more.status).toBe('fail')
  })

  it('lets a candidate that cured a divergence pass, and never fails it against a flattered baseline', () => {
    const cured = gateOf(
      regression,
      acc([...good, 0.95]),
      acc([...good, 'diverged'], 'b').map((s) => ({ ...s, weights: `b${s.seed}` })),
    )
    expect(cured.status).toBe('pass')
    expect(cured.notes.join(' ')).toContain('flatters')
    const worse = gateOf(regression, acc([...good, 0.95].map((v) => v - 0.2)), acc([...good, 'diverged'], 'b'))
    expect(worse.status).toBe('inconclusive')
  })

  it('needs a baseline that finished', () => {
    expect(gateOf(regression, acc([...good, 0.95]), acc([...good, 'crashed'], 'b')).status).toBe('inconclusive')
  })
})

describe('an unchanged candidate', () => {
  const lock = acc(good)

  it('passes when it ends with exactly the weights of the lock, paired or not, however tight the margin', () => {
    for (const rule of [regression, { ...unpaired, margin: 1e-9 }]) {
      const gate = gateOf(rule, acc(good), lock)
      expect(gate.status).toBe('pass')
      expect(gate.sentence).toContain('exactly 0')
      expect(gate.estimate).toEqual({ what: 'drop in test accuracy', value: 0, lower: 0, upper: 0, level: 1 })
    }
  })

  it('is weighed like any other where one seed ends in other weights, or weights are unknown', () => {
    const other = acc(good).map((s, i) => (i === 0 ? { ...s, weights: 'other' } : s))
    const unknown = acc(good).map((s) => ({ ...s, weights: null }))
    for (const candidate of [other, unknown]) {
      const gate = gateOf({ ...unpaired, margin: 1e-9 }, candidate, lock)
      expect(gate.status).toBe('inconclusive')
      expect(gate.sentence).not.toContain('exactly 0')
    }
  })

  it('passes at an early look too, where the lock holds more seeds; where it holds fewer, it is weighed', () => {
    expect(gateOf({ ...regression, margin: 1e-9 }, acc(good.slice(0, 4)), lock).sentence).toContain('exactly 0')
    expect(gateOf({ ...regression, margin: 1e-9 }, acc(good), acc(good.slice(0, 4))).notes.join()).toContain('unpaired')
  })
})

describe('values without spread', () => {
  const same = (value: number, n: number, side?: string) =>
    acc(
      Array.from({ length: n }, () => value),
      side,
    )

  const onRows = (rule: AnyGateRule, rows: number, candidate: readonly LockedSeed[], base?: readonly LockedSeed[]) =>
    judge([rule], { ...evidence(candidate, base), rows: { validation: rows, test: rows } }).gates[0]?.status

  it('does not believe them alone: a rare bad seed would not have shown', () => {
    expect(gateOf(atLeast, same(0.95, 10)).status).toBe('inconclusive')
    expect(gateOf(unpaired, same(0.95, 10), same(0.955, 10, 'b')).status).toBe('inconclusive')
    expect(gateOf(regression, same(0.95, 10), same(0.95, 10, 'b')).status).toBe('inconclusive')
  })

  it('decides by the rows where the metric is a share of them, and says so', () => {
    const gate = judge([atLeast], { ...evidence(same(0.95, 5)), rows: { validation: 9, test: 360 } }).gates[0]
    expect(gate?.status).toBe('pass')
    expect(gate?.sentence).toContain('360 rows')
    expect(gate?.notes.join()).toContain('Wilson')
    expect(onRows(atLeast, 36, same(0.95, 5))).toBe('inconclusive')
    expect(onRows(atLeast, 360, same(0.8, 5))).toBe('fail')
    expect(onRows(atLeast, 360, same(0.95, 4))).toBe('inconclusive')
    expect(onRows({ ...unpaired, margin: 0.05 }, 1000, same(0.95, 5), same(0.95, 5, 'b'))).toBe('pass')
    expect(onRows({ ...unpaired, margin: 0.05 }, 1000, same(0.85, 5), same(0.95, 5, 'b'))).toBe('fail')
    expect(onRows({ ...unpaired, margin: 0.05 }, 36, same(0.95, 5), same(0.95, 5, 'b'))).toBe('inconclusive')
  })

  it('falls back to Welch where only the pairs differ alike', () => {
    // Halves of powers of two, so that the differences are equal to the bit.
    const gate = gateOf(regression, acc([0.5, 0.75, 0.625]), acc([0.53125, 0.78125, 0.65625], 'b'))
    expect(gate.notes.join()).toContain('Welch')
    expect(gate.estimate?.value).toBeCloseTo(0.03125, 12)
  })

  it('never lets seed variance pass on equal values', () => {
    expect(gateOf(variance, same(0.95, 10)).status).toBe('inconclusive')
  })

  it('sees seeds that never reach the training', () => {
    const stuck = same(0.95, 5).map((s) => ({ ...s, weights: 'one' }))
    for (const rule of [atLeast, variance, unpaired]) {
      const gate = gateOf(rule, stuck, same(0.95, 5, 'b'))
      expect(gate.status).toBe('inconclusive')
      expect(gate.sentence).toContain('has no effect on training')
    }
  })
})

describe('words and directions', () => {
  it('turns the drop where lower is better', () => {
    const nll = [0.2, 0.21, 0.19, 0.205, 0.195]
    const up = nll.map((v) => v + 0.2)
    expect(gateOf(calibration, seedsWith('nll', up), seedsWith('nll', nll, 'b')).status).toBe('fail')
    expect(gateOf(calibration, seedsWith('nll', nll), seedsWith('nll', up, 'b')).status).toBe('pass')
    const { sentence } = gateOf(calibration, seedsWith('nll', up), seedsWith('nll', nll, 'b'))
    expect(sentence).toMatch(/^The rise in test nll .*the rise reaches the margin/)
    expect(gateOf(regression, acc(good.map((v) => v - 0.1)), acc(good, 'b')).sentence).toMatch(
      /^The drop in .*the drop reaches/,
    )
  })

  it('warns of a margin under two seed SDs and says how many seeds it would take', () => {
    const noisy = [0.9, 0.93, 0.96, 0.91, 0.95]
    const gate = gateOf(
      unpaired,
      acc(noisy),
      acc(
        noisy.map((v) => v + 0.001),
        'b',
      ),
    )
    expect(gate.status).toBe('inconclusive')
    expect(gate.notes.join()).toMatch(/under twice the baseline's seed SD.*\d+ seeds per side/)
    expect(gate.remedy).toMatch(/About \d+ seeds/)
  })

  it('lets an inconclusive gate through only where the rule says so', () => {
    const rule = { ...variance, onInconclusive: 'pass' } as const
    const verdict = judge([rule], evidence(acc(good.map((v) => v * 1.01 - 0.009))))
    const tight: SeedVarianceRule = { ...rule, maxStd: 0.002 }
    const open = judge([tight], evidence(acc(good)))
    expect(verdict.status).toBe('pass')
    expect(open.gates[0]?.status).toBe('inconclusive')
    expect(open.gates[0]?.blocks).toBe(false)
    expect(open.status).toBe('pass')
    expect(open.sentence).toContain('0 of 1 gates pass')
  })

  it.each([
    ['a candidate that crashes', { ...atLeast }, evidence(acc([0.9, 'crashed', 0.9]))],
    ['a metric that is no number', { ...atLeast }, evidence(acc([0.9, Number.NaN, 0.9]))],
    ['two sides that diverge', { ...regression }, evidence(acc([0.9, 'diverged', 0.9]), acc([0.9, 'diverged', 0.9], 'b'))],
    ['no baseline that fits', { ...regression }, evidence(acc(good))],
    ['no baseline for a size', { gate: 'model-size', maxRatio: 1, onInconclusive: 'fail' } as const, evidence(acc(good))],
    [
      'a run that has no length',
      { gate: 'training-time', maxRatio: 1, onInconclusive: 'fail' } as const,
      evidence(acc([0.9, 'diverged']), acc(good, 'b')),
    ],
  ])('attack 8: lets no change through where it leaves nothing to measure: %s', (_, rule, found) => {
    const verdict = judge([{ ...rule, onInconclusive: 'pass' }], found)
    expect([verdict.status, verdict.gates[0]?.status, verdict.gates[0]?.blocks]).toEqual([
      'inconclusive',
      'inconclusive',
      true,
    ])
    expect(verdict.gates[0]?.notes.join()).toContain('not let through')
  })

  it('puts fail before inconclusive before pass', () => {
    const all = judge([atLeast, variance, { ...atLeast, min: 0.99 }], evidence(acc(good)))
    expect(all.gates.map((g) => g.status)).toEqual(['pass', 'pass', 'fail'])
    expect(all.status).toBe('fail')
    const open = judge([atLeast, regression], evidence(acc(good)))
    expect(open.status).toBe('inconclusive')
  })
})

describe('a drop beyond noise that is smaller than the margin', () => {
  const base = acc([0.95, 0.951, 0.949, 0.9505, 0.9495], 'b')
  const lower = acc([0.9401, 0.9415, 0.9385, 0.941, 0.9392])

  it('fails nothing, and gets no second look, which would let a drop of the margin pass too often', () => {
    const gate = gateOf({ ...unpaired, margin: 0.0105 }, lower, base)
    expect(gate.status).toBe('inconclusive')
    expect(gate.sentence).toContain('a drop beyond noise, but whether it reaches the margin 0.0105 is open')
    expect(gate.settled).toBe(true)
  })
  it('fails once it reaches the margin', () => {
    expect(gateOf({ ...unpaired, margin: 0.009 }, lower, base).status).toBe('fail')
  })
})
