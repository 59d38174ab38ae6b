import { describe, expect, it, test } from 'vitest'
import { scalingOf } from '../../src/data/scaling.ts'
import fixture from './fixtures/robust.json' with { type: 'json' }

const fitted = (values: readonly number[], fit: readonly number[], how: boolean | 'robust' = 'robust') =>
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
