import { describe, expect, test } from 'vitest'
import { metricsOf, type Metrics } from '../../src/records/metrics.ts'
import { classificationMetrics, computeMetrics, regressionMetrics } from '../../src/train/metrics.ts'
import fixture from './fixtures/metrics.json' with { type: 'json' }

const float32 = (values: readonly number[]): Float32Array => Float32Array.from(values)

describe('metrics are those of scikit-learn and torchmetrics', () => {
  test.each(fixture.classification.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const ours = classificationMetrics({ outputs: float32(c.logits), targets: float32(c.labels), width: c.classes })
    // torchmetrics adds its bins in single precision.
    for (const [name, value] of Object.entries(c.metrics)) {
      expect(ours[name as keyof typeof ours], name).toBeCloseTo(value, name === 'ece' ? 6 : 12)
    }
    expect(Object.keys(ours)).toEqual(metricsOf('classification'))
  })

  test.each(fixture.regression.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const ours = regressionMetrics({ outputs: float32(c.outputs), targets: float32(c.targets), width: 1 }, c.sd)
    for (const [name, value] of Object.entries(c.metrics)) {
      expect(ours[name as keyof typeof ours] / value, name).toBeCloseTo(1, 9)
    }
    expect(Object.keys(ours)).toEqual(metricsOf('regression'))
  })
})

test('a confidence on the border of two bins belongs to the upper one, and certainty to the last', () => {
  const certain = classificationMetrics({ outputs: float32([200, 0, 200, 0]), targets: float32([0, 1]), width: 2 })
  expect(certain.ece).toBeCloseTo(0.5, 12)
  // Three logits alike give a confidence of 1/3, the border of the fifth bin and the sixth; the other row, wrong at about
  // .36, stands in the sixth. In one bin the two gaps all but cancel.
  const [right, wrong] = [1 / 3, Math.exp(0.1) / (Math.exp(0.1) + 2)]
  const { ece } = classificationMetrics({ outputs: float32([1, 1, 1, 0, 0, 0.1]), targets: float32([0, 1]), width: 3 })
  expect(ece).toBeCloseTo((1 - right - wrong) / 2, 6)
})

test('a target that never varies is explained fully or not at all', () => {
  const targets = float32([1, 1])
  expect(regressionMetrics({ outputs: float32([1, 1]), targets, width: 1 }, 2).r2).toBe(1)
  expect(regressionMetrics({ outputs: float32([1, 2]), targets, width: 1 }, 2).r2).toBe(0)
})

test('six significant digits are kept', () => {
  const predictions = { outputs: float32([0.1, 0.7, 0.3]), targets: float32([0, 1, 0]), width: 1 }
  const exact: Metrics = regressionMetrics(predictions, 3)
  const kept = computeMetrics('regression', predictions, [{ mean: 9, sd: 3 }])
  for (const name of metricsOf('regression')) {
    expect(kept[name]).toBe(Number(exact[name]?.toPrecision(6)))
    expect(kept[name]).not.toBe(exact[name])
  }
})
