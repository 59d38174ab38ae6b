import { describe, expect, test } from 'vitest'
import { evidenceOf, judgeChange, looks, withLooks, type Sides } from '../../validation/statistics/gate-decisions.ts'
import type { Trained } from '../../validation/statistics/gates.ts'
import { stream } from '../../src/base/random.ts'
import { judgeInLooks } from '../../src/gates/sequential.ts'
import type { RegressionRule } from '../../src/gates/regression.ts'

/** A bank of seeds with a known mean, as real training never has. */
function bank(name: string, mean: number): Trained {
  const random = stream(1, 'bank', name)
  const runs = Array.from({ length: 48 }, (_, seed) => ({
    key: name,
    seed,
    status: 'complete' as const,
    steps: 1,
    weights: `${seed}`,
    test: null,
    validation: { accuracy: mean + 0.01 * random.normal() },
  }))
  // Judging reads no more of world and change than their names.
  return { world: { name: 'drawn' }, change: { name }, runs } as unknown as Trained
}

describe('decisions of the proof', () => {
  const base = bank('no change', 0.9)

  test('a drop is positive where the metric gets worse, and in seed SDs of the base', () => {
    const worse = judgeChange(base, bank('worse', 0.85), 'accuracy', 2)
    expect(worse?.drop).toBeGreaterThan(3.5)
    expect(worse?.drop).toBeLessThan(7)
    expect(worse?.welch.fail).toBeGreaterThan(290)
    expect(worse?.strict.fail).toBe(300)
  })

  test('the gate with looks decides as a study does', () => {
    const rule: RegressionRule = {
      gate: 'regression',
      metric: 'accuracy',
      split: 'validation',
      margin: 0.015,
      paired: false,
      onInconclusive: 'fail',
    }
    const found = Array.from({ length: 20 }, (_, i) => {
      const side = (name: string, mean: number) =>
        bank(`${name} ${i}`, mean)
          .runs.slice(0, 10)
          .map((run) => ({ ...run, weights: `${name} ${run.seed}` }))
      const sides: Sides = { candidate: side('change', 0.89), baseline: side('base', 0.9) }
      const { verdict, seeds } = judgeInLooks([rule], evidenceOf(sides, 10), looks)
      expect(withLooks(sides, rule)).toEqual({ status: verdict.status, seeds })
      return seeds
    })
    expect(new Set(found)).toEqual(new Set(looks))
  })

  test('a base held against itself passes, but for what is declared; a strict mean refuses it half of the time', () => {
    const same = judgeChange(base, base, 'accuracy', 2)
    expect(same?.drop).toBe(0)
    expect(same?.welch.fail).toBeLessThan(0.08 * 300)
    expect(same?.welch.pass).toBeGreaterThan(0.85 * 300)
    expect(same?.strict.fail).toBeGreaterThan(100)
  })
})
