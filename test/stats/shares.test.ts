import { describe, expect, it } from 'vitest'
import { exactShareBounds, newcombeInterval, wilsonInterval } from '../../src/stats/shares.ts'
import { vectors } from './vectors.ts'

type Row = readonly number[]
const { wilson, newcombe, exact } = vectors<{
  readonly wilson: readonly Row[]
  readonly newcombe: readonly Row[]
  readonly exact: readonly Row[]
}>('shares')

const close = (found: { lower: number; upper: number }, lower = NaN, upper = NaN): void => {
  expect(found.lower).toBeCloseTo(lower, 9)
  expect(found.upper).toBeCloseTo(upper, 9)
}

describe('intervals of shares agree with statsmodels', () => {
  it('Wilson', () => {
    for (const [k = NaN, n = NaN, alpha = NaN, ...bounds] of wilson) close(wilsonInterval(k / n, n, alpha), ...bounds)
  })
  it('Newcombe', () => {
    for (const [k = NaN, j = NaN, n = NaN, alpha = NaN, ...bounds] of newcombe)
      close(newcombeInterval(k / n, j / n, n, alpha), ...bounds)
  })
  it('Clopper and Pearson', () => {
    for (const [k = NaN, n = NaN, alpha = NaN, ...bounds] of exact) close(exactShareBounds(k, n, alpha), ...bounds)
  })
})
