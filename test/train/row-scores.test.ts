import { expect, test } from 'vitest'
import { mean } from '../../src/stats/describe.ts'
import { rowScores } from '../../src/train/row-scores.ts'
import fixture from './fixtures/metrics.json' with { type: 'json' }

const float32 = (values: readonly number[]): Float32Array => Float32Array.from(values)

test.each(fixture.classification.map((c) => [c.name, c] as const))(
  'their means are the metrics of scikit-learn: %s',
  (_, c) => {
    const of = { task: 'classification', width: c.classes, scale: null } as const
    const { accuracy = [], nll = [] } = rowScores(of, float32(c.logits), float32(c.labels))
    expect(mean(accuracy)).toBeCloseTo(c.metrics.accuracy, 12)
    expect(mean(nll)).toBeCloseTo(c.metrics.nll, 12)
  },
)

test.each(fixture.regression.map((c) => [c.name, c] as const))('their means are the metrics of scikit-learn: %s', (_, c) => {
  const of = { task: 'regression', width: 1, scale: [c] } as const
  const { r2 = [], mae = [] } = rowScores(of, float32(c.outputs), float32(c.targets))
  expect(mean(r2) / c.metrics.r2).toBeCloseTo(1, 9)
  expect(mean(mae) / c.metrics.mae).toBeCloseTo(1, 9)
})

test('a target that never varies has no r2', () => {
  expect(rowScores({ task: 'regression', width: 1, scale: null }, float32([1, 2]), float32([1, 1]))).not.toHaveProperty('r2')
})
