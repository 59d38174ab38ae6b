import { describe, expect, it } from 'vitest'
import type { VerifiedRun } from '../../src/records/decision.ts'
import { averagedOf } from '../../src/gates/averaged.ts'

const run = (nll: number, averaged?: number): VerifiedRun => ({
  run: 'a',
  status: 'complete',
  validation: { nll },
  test: { nll: nll + 0.1 },
  weights: 'w',
  ...(averaged === undefined ? {} : { averaged: { validation: { nll: averaged }, test: { nll: averaged + 0.1 } } }),
})
const seeds = (candidates: readonly VerifiedRun[]) => ({
  seeds: candidates.map((candidate, seed) => ({ seed, baseline: run(1, 0.5), candidate })),
})

describe('averaged weights beside the winner', () => {
  it('are paired by seed, and a lower loss is a gain', () => {
    const found = averagedOf(seeds([run(0.5, 0.45), run(0.6, 0.53), run(0.4, 0.34)]), 'nll').averaged ?? []
    expect(found.map((a) => [a.metric, a.split, a.seeds])).toEqual([
      ['nll', 'validation', 3],
      ['nll', 'test', 3],
    ])
    const [validation, test] = found
    expect(validation?.weights.mean).toBeCloseTo(0.5, 12)
    expect(validation?.averaged.mean).toBeCloseTo(0.44, 12)
    // scipy.stats.ttest_rel([.05, .07, .06] against 0): mean .06, 95 % interval .0352 to .0848
    expect(validation?.gain?.value).toBeCloseTo(0.06, 10)
    expect(validation?.gain?.lower).toBeCloseTo(0.03516, 4)
    expect(validation?.gain?.upper).toBeCloseTo(0.08484, 4)
    expect(test?.sentence).toBe(
      'With a moving average of its weights, the winner has test nll 0.54 over 3 seeds, against 0.6: ' +
        'better (gain 0.06, 95 % interval 0.03516 to 0.08484).',
    )
  })

  it('are worse, or not distinguishable, where the numbers say so', () => {
    const of = (candidates: readonly VerifiedRun[]) => averagedOf(seeds(candidates), 'nll').averaged?.[0]?.sentence
    expect(of([run(0.45, 0.5), run(0.53, 0.6), run(0.34, 0.4)])).toContain(': worse (gain −0.06,')
    expect(of([run(0.5, 0.6), run(0.6, 0.5), run(0.4, 0.41)])).toContain(': not distinguishable (')
    // No interval without spread.
    expect(of([run(0.5, 0.5), run(0.6, 0.6)])).toMatch(/against 0\.55\.$/)
  })

  it('need two seeds that have both; runs of older versions have none', () => {
    expect(averagedOf(seeds([run(0.5), run(0.6)]), 'nll')).toEqual({})
    expect(averagedOf(seeds([run(0.5, 0.4), run(0.6)]), 'nll')).toEqual({})
    expect(averagedOf(seeds([run(0.5, 0.4), run(0.6), run(0.7, 0.5)]), 'nll').averaged?.[0]?.seeds).toBe(2)
    expect(averagedOf(seeds([run(0.5, 0.4), run(0.6, 0.5)]), 'accuracy')).toEqual({})
  })
})
