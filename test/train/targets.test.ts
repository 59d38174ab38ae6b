import { describe, expect, test } from 'vitest'
import { mean } from '../../src/stats/describe.ts'
import { computeMetrics, regressionMetrics, unitOf } from '../../src/train/metrics.ts'
import { requestedMetrics } from '../../src/train/requested-metrics.ts'
import { rowScores } from '../../src/train/row-scores.ts'
import cases from './fixtures/targets.json' with { type: 'json' }

describe.each(cases.map((one, i) => [i, one] as const))('several targets of a regression, case %i', (_, one) => {
  const { scale, metrics } = one
  const width = scale.length
  const of = { outputs: Float32Array.from(one.outputs), targets: Float32Array.from(one.targets), width }

  test('have the metrics of scikit-learn, errors in SDs of each target', () => {
    const found = regressionMetrics(of, unitOf(scale))
    for (const name of ['mse', 'rmse', 'mae', 'r2'] as const) expect(found[name] / metrics[name], name).toBeCloseTo(1, 9)
    expect((requestedMetrics(['mape'], of, scale)[0]?.[1] ?? NaN) / metrics.mape).toBeCloseTo(1, 6)
    expect(computeMetrics('regression', of, scale).r2).toBeCloseTo(metrics.r2, 5)
  })

  test('have parts of rows whose means are the metrics', () => {
    const { r2 = [], mae = [] } = rowScores({ task: 'regression', width, scale }, of.outputs, of.targets)
    expect(r2.length).toBe(one.targets.length / width)
    expect(mean(r2) / metrics.r2).toBeCloseTo(1, 9)
    expect(mean(mae) / metrics.mae).toBeCloseTo(1, 9)
  })
})

test('the unit of a single target is its own', () => {
  expect(unitOf([{ mean: 3, sd: 7 }])).toBe(7)
  expect(unitOf(null)).toBe(1)
})
