import { describe, expect, it, test } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import { scalingOf, type Standardize } from '../../src/data/scaling.ts'
import type { DataConfig } from '../../src/data/types.ts'
import prepared from './fixtures/prepared.json' with { type: 'json' }
import fixture from './fixtures/robust.json' with { type: 'json' }
import { brief, config, file, problemsOf, rowOf, smallCsv } from './support.ts'

const fitted = (values: readonly number[], fit: readonly number[], how: Standardize = 'robust') =>
  scalingOf(how, (row) => values[row] ?? NaN, Int32Array.from(fit))

describe('robust scaling is that of scikit-learn and NumPy', () => {
  test.each(fixture.cases.map((c) => [c.name, c] as const))('%s', (_, { values, fit, scaled }) => {
    const { apply } = fitted(values, fit)
    for (const [i, value] of values.entries()) expect(apply(value)).toBeCloseTo(scaled[i] ?? NaN, 12)
  })
})

describe('scaling', () => {
  it('says what it did to a constant column', () => {
    expect(fitted([4, 4], [0, 1]).flat).toBe('set to 0')
    expect(fitted([4, 4], [0, 1], true).flat).toBe('centered but not scaled')
    expect(fitted([4, 4], [0, 1], false).flat).toBeNull()
  })

  it('is robust within ±3, in the order of the values, however large they are', () => {
    const { apply } = fitted([0, 1, 2, 3], [0, 1, 2, 3])
    const values = [-1e308, -1e200, -1e12, -100, -1, 1.5, 2, 100, 1e12, 1e200, 1e308].map(apply)
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    expect([values[0], values.at(-1), apply(1.5)]).toEqual([-3, 3, 0])
  })
})

describe('quantile scaling is that of scikit-learn', () => {
  test.each(prepared.quantile.map((c) => [c.name, c] as const))('%s', (_, { values, fit, scaled }) => {
    const { apply } = fitted(values, fit, 'quantile')
    for (const [i, value] of values.entries()) expect(apply(value)).toBeCloseTo(scaled[i] ?? NaN, 9)
  })

  it('sets a constant column to 0', () => {
    const { apply, flat } = fitted([4, 4, 5], [0, 1], 'quantile')
    expect([apply(5), flat]).toEqual([0, 'set to 0'])
  })
})

describe('a column', () => {
  const inputs = { kind: 'columns', numeric: ['a', 'b'], categorical: ['c'], encoding: 'one-hot' } as const
  it('may be scaled in its own way', async () => {
    const path = file('own-scaling.csv', smallCsv(60))
    const load = (more: Partial<DataConfig>) => loadDataset(config(path, { inputs, standardize: true, ...more }))
    const [all, own, none] = [
      await load({}),
      await load({ scaling: { b: 'quantile' } }),
      await load({ scaling: { b: false } }),
    ]
    expect(rowOf(own, 8)[0]).toBe(rowOf(all, 8)[0])
    expect(rowOf(own, 8)[1]).not.toBe(rowOf(all, 8)[1])
    expect(rowOf(none, 8)[1]).toBe(56 % 11)
    expect(own.fingerprint).not.toBe(all.fingerprint)
  })

  it('must exist and be numeric', async () => {
    const path = file('no-scaling.csv', smallCsv(60))
    const problems = (scaling: DataConfig['scaling']) =>
      problemsOf(loadDataset(config(path, { inputs, scaling: scaling ?? {} })))
    expect(brief(await problems({ d: true }))).toEqual(['data/no-column d'])
    expect(brief(await problems({ c: 'robust' }))).toEqual(['data/scaling 1:3'])
  })
})
