import { expect, test } from 'vitest'
import { blockNoise } from '../../src/stats/blocks.ts'
import { stream } from '../../src/base/random.ts'

// import pandas as pd; from statsmodels.formula.api import ols; from statsmodels.stats.anova import anova_lm
// d = pd.DataFrame([dict(y=y, r=i, c=j) for i, row in enumerate(rows) for j, y in enumerate(row)])
// anova_lm(ols('y ~ C(r) + C(c)', d).fit()).loc['Residual', 'mean_sq'] ** .5   (statsmodels 0.14)
test('agrees with the two-way analysis of variance of statsmodels', () => {
  const noise = blockNoise([
    [0.912, 0.905, 0.917],
    [0.921, 0.918, 0.925],
    [0.93, 0.91, 0.94],
  ])
  expect(noise.df).toBe(4)
  expect(noise.sd).toBeCloseTo(0.006267198558987702, 12)
})

test('what a seed does to all configurations alike is not noise', () => {
  const noise = blockNoise([
    [1, 5, 3],
    [2, 6, 4],
  ])
  expect(noise.sd).toBeCloseTo(0, 12)
  expect(noise.df).toBe(2)
})

test('recovers the noise of a simulation with large seed effects', () => {
  const random = stream(1, 'blocks')
  const variances = Array.from({ length: 500 }, () => {
    const seeds = [10 * random.normal(), 10 * random.normal(), 10 * random.normal()]
    return blockNoise([0, 1, 2, 3].map((row) => seeds.map((seed) => row + seed + 0.5 * random.normal()))).sd ** 2
  })
  expect(variances.reduce((a, b) => a + b) / variances.length / 0.25).toBeCloseTo(1, 1)
})

test('one configuration or one seed says nothing of noise', () => {
  expect(blockNoise([[1, 2, 3]])).toEqual({ sd: NaN, df: 0 })
  expect(blockNoise([[1], [2]])).toEqual({ sd: NaN, df: 0 })
  expect(() => blockNoise([[1, 2], [1]])).toThrow('same seeds')
})
