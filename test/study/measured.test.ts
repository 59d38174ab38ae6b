import { describe, expect, it } from 'vitest'
import type { LockedSeed } from '../../src/records/lock.ts'
import type { SubsetMetrics } from '../../src/records/subsets.ts'
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
  impossible(seed(mae, groups), { task: 'regression', rows, script: false, subsets: [] })

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

describe('classes and segments', () => {
  const none = { validation: {}, test: {} }
  const part = (column: string, level: string, test: number): SubsetMetrics => ({
    segment: { column, level },
    rows: { validation: 0, test },
    ...none,
  })
  const site = [part('site', 'a', 60), part('site', 'b', 40)]
  const saidOf = (subsets: readonly SubsetMetrics[], segments = ['site', 'sex']): string | undefined =>
    impossible(
      { ...seed(1.5, [1.4, 1.5, 1.6]), subsets },
      { task: 'regression', rows, script: false, subsets: [{ metric: 'mse', segments }] },
    )

  it('must be those that the gates ask for, whatever the evidence itself names', () => {
    expect(saidOf([...site, part('sex', 'f', 100)])).toBeUndefined()
    expect(saidOf(site)).toBe('has no segments of sex')
    expect(saidOf([])).toBe('has no segments of site')
    expect(saidOf([...site, part('sex', 'f', 70)])).toContain('70 rows together')
    expect(saidOf([...site, part('sex', 'f', 100)], ['site'])).toContain('that no gate asks for')
    expect(saidOf([...site, { class: 'x', rows: { validation: 0, test: 3 }, ...none }], ['site'])).toContain(
      'that no gate asks for',
    )
  })

  it('may not be left out for a class', () => {
    const request = { metric: 'recall', class: 'x' } as const
    const of = { task: 'regression', rows, script: false, subsets: [request] } as const
    expect(impossible(seed(1.5, [1.4, 1.5, 1.6]), of)).toBe('has no values of the class "x"')
  })
})
