import { describe, expect, it } from 'vitest'
import type { LockedSeed } from '../../src/records/lock.ts'
import { impossible } from '../../src/study/measured.ts'
import { mean } from '../../src/stats/describe.ts'

const rows = { train: 100, validation: 50, test: 100 }
const metrics = { mse: 4, rmse: 2, mae: 1.5, r2: 0.5 }

const seed = (mae: number, groups: readonly number[]): LockedSeed => ({
  seed: 1,
  status: 'complete',
  validation: metrics,
  test: { ...metrics, mae },
  testRows: { mae: groups },
  weights: 'w',
})
const said = (mae: number, groups: readonly number[]): string | undefined =>
  impossible(seed(mae, groups), { task: 'regression', rows, script: false })

/** What each group adds to the mean over all rows, from the values of single rows. */
function pseudoValues(groups: readonly (readonly number[])[]): number[] {
  const whole = mean(groups.flat())
  const without = groups.map((own) => mean(groups.filter((other) => other !== own).flat()))
  return without.map((rest) => groups.length * whole - (groups.length - 1) * rest)
}

describe('groups of test rows', () => {
  it('are possible for clusters of any size', () => {
    for (const sizes of [
      [98, 1, 1],
      [1, 1, 98],
      [34, 33, 33],
      [90, 4, 3, 3],
      [50, ...new Array<number>(19).fill(1)],
    ])
      for (const loud of sizes.keys()) {
        const groups = sizes.map((size, i) => new Array<number>(size).fill(i === loud ? 1.9 : 0.1))
        expect(said(mean(groups.flat()), pseudoValues(groups))).toBeUndefined()
      }
  })

  it('add up to their metric, and have a spread that is a number', () => {
    const wrong = 'has groups of test rows that do not add up to its mae'
    const even = Array.from({ length: 20 }, (_, i) => 1 + (i % 2) * 0.2)
    expect(said(1.1, even)).toBeUndefined()
    expect(said(1.15, even)).toBe(wrong)
    for (const huge of [1e160, 1e308]) expect(said(1, [huge, 1, -huge])).toBe(wrong)
  })
})
