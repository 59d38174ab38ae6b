import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import type { CollapseRule } from '../../src/gates/collapse.ts'
import { collapse } from '../../src/gates/collapse.ts'
import { judge } from '../../src/gates/judge.ts'
import { evidence, seedsWith } from './evidence.ts'

const rule: CollapseRule = {
  gate: 'collapse',
  metric: 'accuracy',
  split: 'test',
  level: 0.6,
  maxShare: 0.5,
  onInconclusive: 'fail',
}
const verdictOf = (values: readonly (number | 'diverged')[], over: Partial<CollapseRule> = {}) => {
  const [gate] = judge([{ ...rule, ...over }], evidence(seedsWith(over.metric ?? 'accuracy', values))).gates
  if (!gate) throw new Error('no gate')
  return gate
}
const clean = (n: number): number[] => Array.from({ length: n }, (_, i) => 0.9 + i / 1000)

describe('the collapse gate', () => {
  it('passes seeds that all train, and says what they leave open', () => {
    const gate = verdictOf(clean(5))
    expect(gate.status).toBe('pass')
    expect(gate.sentence).toBe(
      'No seed of 5 ends with test accuracy below 0.6: that leaves shares up to 45.07 % of trainings open; at most 50 % may collapse.',
    )
    expect(gate.estimate).toMatchObject({ value: 0, lower: 0 })
  })
  it('names every seed that collapsed', () => {
    const gate = verdictOf([...clean(3), 0.2, 0.3])
    expect(gate.status).toBe('inconclusive')
    expect(gate.sentence).toContain('Seeds 103 and 104 of 5 end with test accuracy below 0.6')
    expect(gate.remedy).toContain('why these seeds collapse')
    expect(verdictOf([...clean(4), 0.2]).sentence).toContain('Seed 104 of 5 ends')
  })
  it('fails where more than the share collapses beyond chance', () => {
    expect(verdictOf([...clean(1), ...clean(9).map((v) => v - 0.7)]).status).toBe('fail')
  })
  it('says how many clean seeds a share takes', () => {
    const gate = verdictOf(clean(5), { maxShare: 0.26 })
    expect(gate.status).toBe('inconclusive')
    expect(gate.remedy).toBe('10 seeds that all train would settle it.')
    expect(gate.seedsToSettle).toBe(10)
    expect(verdictOf(clean(10), { maxShare: 0.26 }).status).toBe('pass')
  })
  it('takes a loss above the level for a collapse, and a divergence for worse', () => {
    expect(verdictOf([0.4, 0.5, 0.4, 0.5, 2], { metric: 'nll', level: 1 }).sentence).toContain('Seed 104')
    expect(verdictOf([...clean(4), 'diverged']).status).toBe('fail')
  })
  it('warns before training where the seeds can never show the share', () => {
    const design = { seeds: 5, looks: [5], parameters: 1, baseline: null, noise: null }
    expect(collapse.powerCheck(rule, design)).toBeNull()
    expect(collapse.powerCheck({ ...rule, maxShare: 0.1 }, design)).toMatchObject({
      allowed: '29 seeds, or a share of 0.46 with 5',
    })
  })
  it('passes at the limit in at most 1 of 20 studies, whatever the number of seeds', () => {
    const next = stream(7, 'collapse')
    for (const [seeds, maxShare] of [
      [5, 0.5],
      [10, 0.3],
      [20, 0.2],
    ] as const) {
      let passes = 0
      for (let i = 0; i < 2000; i++) {
        const values = clean(seeds).map((v) => (next.uniform() < maxShare ? 0.1 : v))
        if (verdictOf(values, { maxShare }).status === 'pass') passes++
      }
      expect(passes / 2000, `${seeds} seeds`).toBeLessThan(0.065)
    }
  })
})
