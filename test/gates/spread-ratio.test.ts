import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { judge } from '../../src/gates/judge.ts'
import { judgeInLooks } from '../../src/gates/sequential.ts'
import type { SpreadRatioRule } from '../../src/gates/seed-variance/ratio.ts'
import { evidence, seedsWith } from './evidence.ts'

const rule: SpreadRatioRule = { gate: 'seed-variance', metric: 'nll', split: 'test', onInconclusive: 'fail', maxRatio: 2 }
const gateOf = (
  of: SpreadRatioRule,
  candidate: Parameters<typeof seedsWith>[1],
  baseline: Parameters<typeof seedsWith>[1] | null,
) => {
  const [gate] = judge([of], evidence(seedsWith('nll', candidate), baseline && seedsWith('nll', baseline, 'b'))).gates
  if (!gate) throw new Error('no gate')
  return gate
}
const ten = [0.5, 0.51, 0.49, 0.505, 0.495, 0.52, 0.48, 0.5, 0.515, 0.485]

describe('the spread against the baseline’s', () => {
  it('passes, fails and stays open by the F interval of the ratio', () => {
    const by = (factor: number): number[] => ten.map((v) => 0.5 + (v - 0.5) * factor)
    const pass = gateOf(rule, by(0.7), ten)
    expect(pass).toMatchObject({ status: 'pass', limit: 2 })
    expect(pass.estimate?.value).toBeCloseTo(0.7, 12)
    // scipy: .7 * sqrt(f.ppf(.975, 9, 9))
    expect(pass.estimate?.upper).toBeCloseTo(0.7 * Math.sqrt(4.025994158282978), 9)
    expect(pass.sentence).toContain('F, 10 against 10 seeds')
    expect(gateOf(rule, by(5), ten).status).toBe('fail')
    expect(gateOf(rule, by(1.5), ten)).toMatchObject({
      status: 'inconclusive',
      settled: false,
      seedsToSettle: expect.any(Number),
    })
  })

  it('shows a test beside it that a single outlier does not decide', () => {
    const [shown] =
      gateOf(
        rule,
        ten,
        ten.map((v) => v * 1.1),
      ).evidence ?? []
    expect(shown).toMatchObject({ what: 'Brown–Forsythe p', sentence: expect.stringContaining('"the spreads differ"') })
  })

  it('is exactly 1 for an unchanged candidate', () => {
    const same = evidence(seedsWith('nll', ten), seedsWith('nll', ten))
    expect(judge([rule], same).gates[0]).toMatchObject({ status: 'pass', estimate: { value: 1, lower: 1, upper: 1 } })
    const below: SpreadRatioRule = { ...rule, maxRatio: 0.9 }
    expect(judge([below], same).gates[0]?.status).toBe('fail')
  })

  it('never passes on what is missing, equal or not finite', () => {
    const equal = ten.map(() => 0.5)
    for (const [candidate, baseline] of [
      [equal, ten],
      [ten, equal],
      [equal, equal],
      [[0.5], ten],
      [ten, [0.5]],
      [[], ten],
      [ten, []],
      [ten, null],
      [[...ten, NaN], ten],
      [ten, [...ten, NaN]],
      [[...ten, 'crashed'], ten],
      [ten, ['crashed', ...ten]],
      [[0.5, Infinity], ten],
    ] as const) {
      const gate = gateOf(rule, candidate, baseline)
      expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
      expect(gate.remedy).toBeTruthy()
    }
    expect(gateOf(rule, [...ten, 'diverged'], ten).status).toBe('fail')
  })

  it('sees seeds that never reach the training', () => {
    const stuck = seedsWith(
      'nll',
      ten.map(() => 0.5),
    ).map((s) => ({ ...s, weights: 'one' }))
    expect(judge([rule], evidence(stuck, seedsWith('nll', ten, 'b'))).gates[0]?.sentence).toContain(
      'has no effect on training',
    )
  })

  // Seeds are shared, so values are correlated: the interval then covers more, never less.
  it.each([
    [[5], 0],
    [[10], 0],
    [[5, 10], 0],
    [[5, 10], 0.7],
    [[5], -0.7],
  ] as const)(
    'at looks of %j seeds and a correlation of %s it passes what is at the limit in at most one of forty',
    (looks, correlation) => {
      const random = stream(11, `spread ${looks.join()} ${correlation}`)
      const draws = 2000
      const count = { pass: 0, fail: 0, inconclusive: 0 }
      for (let i = 0; i < draws; i++) {
        const base = Array.from({ length: Math.max(...looks) }, () => random.normal())
        const own = base.map((v) => 2 * (correlation * v + Math.sqrt(1 - correlation ** 2) * random.normal()))
        count[judgeInLooks([rule], evidence(seedsWith('nll', own), seedsWith('nll', base, 'b')), looks).verdict.status] += 1
      }
      const most = draws * (0.025 + 3 * Math.sqrt((0.025 * 0.975) / draws))
      expect(count.pass).toBeLessThan(most)
      expect(count.fail).toBeLessThan(most)
    },
  )
})
