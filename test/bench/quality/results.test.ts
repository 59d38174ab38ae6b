import { describe, expect, it } from 'vitest'
import { estimate, gapOf, unitOf, worsened, type Cell, type Oracle } from '../../../bench/quality/results.ts'
import { someLevers } from '../../support/levers.ts'

const final = (test: readonly number[]) => ({ test, validation: [], share: [], failed: 0 })
const oracle: Oracle = { levers: someLevers, final: final([0.1, 0.2, 0.3]), steps: 100 }
const cell = (test: readonly number[]): Cell => ({
  set: 'breast',
  arm: 'tunegate',
  start: 'init',
  root: 1,
  steps: 10,
  levers: someLevers,
  moved: 'nothing',
  final: final(test),
})

describe('a gap', () => {
  it('is in the seed SDs of the oracle', () => {
    expect(unitOf(oracle)).toBeCloseTo(0.1, 12)
    expect(gapOf(cell([0.3, 0.4, 0.5]), oracle)).toBeCloseTo(2, 12)
  })
  it('is below 0 if the arm ends better than the oracle', () => {
    expect(gapOf(cell([0.1, 0.1, 0.1]), oracle)).toBeCloseTo(-1, 12)
  })
})

describe('an estimate', () => {
  it('has the standard error of the mean', () => {
    const { mean, standardError, n } = estimate([1, 2, 3, 4])
    expect(mean).toBe(2.5)
    // numpy: np.std([1, 2, 3, 4], ddof=1) / 2
    expect(standardError).toBeCloseTo(0.6454972243679028, 12)
    expect(n).toBe(4)
  })
  it('has no standard error with one value', () => {
    expect(estimate([1]).standardError).toBeNaN()
  })
})

describe('whether a study made test worse', () => {
  it('is a one-sided Welch test', () => {
    // scipy.stats.ttest_ind([2, 3, 4, 5], [1, 2, 2, 3], equal_var=False, alternative='greater').pvalue
    expect(worsened(cell([2, 3, 4, 5]), cell([1, 2, 2, 3]))).toBeCloseTo(0.05298248908343683, 9)
  })
  it('is settled without a test if no side has any spread', () => {
    expect(worsened(cell([1, 1]), cell([1, 1]))).toBe(1)
    expect(worsened(cell([2, 2]), cell([1, 1]))).toBe(0)
    expect(worsened(cell([1, 1]), cell([2, 2]))).toBe(1)
  })
})
