import { describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { analysisAt, singleAnalysis } from '../../src/gates/evidence.ts'
import { isSettled, judge } from '../../src/gates/judge.ts'
import { judgeInLooks } from '../../src/gates/sequential.ts'
import type { AnyGateRule as GateRule } from '../../src/gates/index.ts'
import { nominalAlpha } from '../../src/stats/sequential.ts'
import { evidence, seedsWith } from './evidence.ts'

const base = { metric: 'accuracy', split: 'test', onInconclusive: 'fail' } as const
const regression: GateRule = { ...base, gate: 'regression', margin: 0.02, paired: false }
const looks = [5, 10]

/** What a study would have concluded on normal seeds with SD .01, where the candidate is worse by `drop`. */
function simulate(drop: number, studies: number, paired = false) {
  const { normal } = stream(20, 'drop', drop)
  const count = { pass: 0, fail: 0, inconclusive: 0, seeds: 0 }
  const draw = (mean: number): number[] => Array.from({ length: 10 }, () => mean + 0.01 * normal())
  for (let i = 0; i < studies; i++) {
    const sides = evidence(seedsWith('accuracy', draw(0.9 - drop)), seedsWith('accuracy', draw(0.9), 'baseline'))
    const { verdict, seeds } = judgeInLooks([{ ...regression, paired } as GateRule], sides, looks)
    count[verdict.status] += 1 / studies
    count.seeds += seeds / studies
  }
  return count
}

describe('a regression gate with looks at 5 and 10 seeds', () => {
  const studies = 600
  // Three standard errors of a share of that many.
  const slack = (p: number): number => 3 * Math.sqrt((p * (1 - p)) / studies)

  test.each([false, true])('passes what drops by the margin at most one time in twenty (paired: %s)', (paired) => {
    const { pass } = simulate(0.02, studies, paired)
    expect(pass).toBeLessThan(0.05 + slack(0.05))
    expect(pass).toBeGreaterThan(0.02)
  })

  test('fails what did not change at most one time in twenty, and mostly needs no second look', () => {
    const { pass, fail, seeds } = simulate(0, studies)
    expect(fail).toBeLessThan(0.05 + slack(0.05))
    expect(pass).toBeGreaterThan(0.95)
    expect(seeds).toBeGreaterThan(5)
    expect(seeds).toBeLessThan(6.5)
  })

  test('looking at .05 each time would pass more often than that: the correction is needed', () => {
    const { normal } = stream(7)
    let passed = 0
    for (let i = 0; i < studies; i++) {
      const [a, b] = [0.88, 0.9].map((mean) => Array.from({ length: 10 }, () => mean + 0.01 * normal())) as [
        number[],
        number[],
      ]
      const at = (n: number) =>
        judge([regression], evidence(seedsWith('accuracy', a.slice(0, n)), seedsWith('accuracy', b.slice(0, n), 'baseline')))
      if (at(5).status === 'pass' || at(10).status === 'pass') passed += 1
    }
    expect(passed / studies).toBeGreaterThan(0.06)
  })
})

describe('a look', () => {
  test('one planned look is none', () => {
    expect(analysisAt([5], 5)).toBe(singleAnalysis)
    expect(analysisAt([], 5)).toBe(singleAnalysis)
  })
  test('every look has the nominal level, also one that the budget forced', () => {
    const alpha = nominalAlpha(looks, 0.05)
    expect([3, 5, 7, 10].map((n) => analysisAt(looks, n)).map((l) => [l.alpha, l.number, l.of])).toEqual([
      [alpha, 1, 2],
      [alpha, 1, 2],
      [alpha, 2, 2],
      [alpha, 2, 2],
    ])
  })
})

describe('settled', () => {
  const good = [0.912, 0.905, 0.917, 0.909, 0.914]
  const at = (rules: readonly GateRule[], ...sides: Parameters<typeof evidence>): boolean =>
    isSettled(judge(rules, evidence(...sides)))
  const seeds = (values: readonly (number | 'crashed' | 'diverged')[], side?: string) => seedsWith('accuracy', values, side)
  test('a pass and a fail are; what more seeds could decide is not', () => {
    expect(
      at(
        [regression],
        seeds(good),
        seeds(
          good.map((v) => v + 0.001),
          'baseline',
        ),
      ),
    ).toBe(true)
    expect(
      at(
        [regression],
        seeds(good),
        seeds(
          good.map((v) => v + 0.1),
          'baseline',
        ),
      ),
    ).toBe(true)
    const tight = { ...regression, margin: 0.002 }
    expect(
      at(
        [tight],
        seeds(good),
        seeds(
          good.map((v, i) => v + 0.003 * (i - 2)),
          'baseline',
        ),
      ),
    ).toBe(false)
    const [gate] = judge(
      [tight],
      evidence(
        seeds(good),
        seeds(
          good.map((v, i) => v + 0.003 * (i - 2)),
          'baseline',
        ),
      ),
    ).gates
    expect(gate?.seedsToSettle).toBeGreaterThan(5)
    expect(gate?.asks).toBe("Is it shown that test accuracy is less than 0.002 below the baseline's?")
  })
  test('what no seed can mend is: without a baseline, or with a crashed seed', () => {
    expect(at([regression], seeds(good))).toBe(true)
    expect(at([regression], seeds([...good, 'crashed']), seeds(good, 'baseline'))).toBe(true)
  })
  test('one open gate keeps all open; no gate at all settles nothing', () => {
    const variance: GateRule = { ...base, gate: 'seed-variance', maxStd: 0.005 }
    expect(
      at(
        [regression, variance],
        seeds(good),
        seeds(
          good.map((v) => v + 0.001),
          'baseline',
        ),
      ),
    ).toBe(false)
    expect(at([], seeds(good))).toBe(false)
  })
  test('a lock with more seeds is paired with the candidate so far', () => {
    const sides = evidence(seeds(good), seeds([...good.map((v) => v + 0.001), 0.9, 0.92, 0.91, 0.915, 0.905], 'baseline'))
    const [gate] = judge([{ ...regression, paired: true } as GateRule], {
      ...sides,
      candidate: sides.candidate.map((s, i) => ({
        ...s,
        test: { accuracy: (good[i] ?? 0) + 0.0005 * (i % 2) },
      })),
    }).gates
    expect(gate?.sentence).toContain('paired over 5 seeds')
  })
})
