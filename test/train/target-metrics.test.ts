import { describe, expect, test } from 'vitest'
import type { MetricName } from '../../src/records/metrics.ts'
import { targetMetric } from '../../src/train/target-metrics.ts'
import labels from './fixtures/labels.json' with { type: 'json' }
import targets from './fixtures/targets.json' with { type: 'json' }

describe.each(targets.map((one, i) => [i, one] as const))('one target of a regression, case %i', (_, one) => {
  const { scale } = one
  const of = { outputs: Float32Array.from(one.outputs), targets: Float32Array.from(one.targets), width: scale.length }

  test('has the metrics of scikit-learn in its own units', () => {
    for (const [k, known] of one.byTarget.entries()) {
      for (const name of ['rmse', 'mae', 'r2'] as const)
        expect((targetMetric('regression', name, of, k, scale) ?? NaN) / known[name], name).toBeCloseTo(1, 4)
    }
  })
})

describe.each(labels.metrics.map((one, i) => [i, one] as const))('one label, case %i', (_, one) => {
  const of = { outputs: Float64Array.from(one.outputs), targets: Float32Array.from(one.targets), width: one.width }

  test('has the metrics of scikit-learn, and none that its rows do not define', () => {
    for (const [k, known] of one.byLabel.entries()) {
      const scores: { readonly [name in MetricName]?: number } = known
      for (const name of ['nll', 'precision', 'recall', 'auroc'] as const) {
        const found = targetMetric('multi-label', name, of, k, null)
        if (scores[name] === undefined) expect(found, name).toBeUndefined()
        else expect(found, name).toBeCloseTo(scores[name], 5)
      }
      const f1 = targetMetric('multi-label', 'f1', of, k, null)
      if (scores.recall === undefined) expect(f1).toBeUndefined()
      else expect(f1).toBeCloseTo(known.f1, 5)
    }
  })
})
