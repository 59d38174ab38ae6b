import { describe, expect, it } from 'vitest'
import { halvingCost, halvingRungs, promoted } from '../../src/stats/halving.ts'
import { vectors } from './vectors.ts'

describe('successive halving', () => {
  it('spends 27 units on a grid of nine instead of 81', () => {
    const rungs = halvingRungs(9, { most: 9, least: 1 })
    expect(rungs).toEqual([
      { configurations: 9, units: 1 },
      { configurations: 3, units: 3 },
      { configurations: 1, units: 9 },
    ])
    expect(halvingCost(rungs)).toBe(27)
  })

  it('ends with one configuration at full length, whatever the number', () => {
    for (let n = 1; n < 60; n++) {
      const rungs = halvingRungs(n, { eta: 3, most: 1, least: 1e-6 })
      expect(rungs.at(-1)).toEqual({ configurations: 1, units: 1 })
      expect(rungs[0]?.configurations).toBe(n)
      expect(halvingCost(rungs)).toBeLessThanOrEqual(n)
    }
  })

  it('has no rung too short to say anything', () => {
    expect(halvingRungs(27, { most: 1, least: 0.2 })).toEqual([
      { configurations: 27, units: 1 / 3 },
      { configurations: 9, units: 1 },
    ])
    expect(halvingRungs(27, { most: 1, least: 0.5 })).toEqual([{ configurations: 27, units: 1 }])
  })

  it.each(vectors<{ scores: number[]; direction: string; eta: number; passed: number[] }[]>('halving'))(
    'promotes whom Optuna promotes, %#',
    ({ scores, direction, eta, passed }) => {
      expect(promoted(scores, direction === 'maximize', eta).sort((a, b) => a - b)).toEqual(passed)
    },
  )

  it('promotes best first, ties by position, and never a run that diverged', () => {
    expect(promoted([1, 3, 3, 2, 0, 0], true)).toEqual([1, 2])
    expect(promoted([NaN, 0.1, Infinity, 0.3, NaN, NaN, NaN, NaN, NaN], false)).toEqual([1, 3])
    expect(promoted([NaN, NaN, NaN], false)).toEqual([])
    expect(promoted([], true)).toEqual([])
    expect(promoted([0.5], true)).toEqual([0])
  })

  it('refuses what cannot be halved', () => {
    expect(() => halvingRungs(0, { most: 1, least: 1 })).toThrow('at least one')
    expect(() => halvingRungs(9, { eta: 1, most: 9, least: 1 })).toThrow('eta')
    expect(() => halvingRungs(9, { most: 1, least: 2 })).toThrow('least')
  })
})
