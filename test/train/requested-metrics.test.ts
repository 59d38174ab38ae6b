import { describe, expect, it, test } from 'vitest'
import { isOnRequest, metricNames } from '../../src/records/metrics.ts'
import { computeMetrics } from '../../src/train/metrics.ts'
import { classScores, requestedMetrics } from '../../src/train/requested-metrics.ts'
import fixture from './fixtures/requested.json' with { type: 'json' }

const names = metricNames.filter(isOnRequest)

describe('metrics on request are those of scikit-learn', () => {
  test.each(fixture.classes.map((one) => [one.name, one] as const))('%s', (_, { width, labels, outputs, metrics }) => {
    const of = { outputs: Float64Array.from(outputs), targets: Float32Array.from(labels), width }
    const found = Object.fromEntries(requestedMetrics(Object.keys(metrics) as typeof names, of, null))
    for (const [name, value] of Object.entries(metrics)) expect(found[name], name).toBeCloseTo(value, 10)
  })

  test.each(fixture.classes.map((one) => [one.name, one] as const))(
    'recall and nll of each class: %s',
    (_, { width, labels, outputs, recalls, losses }) => {
      const scores = classScores({ outputs: Float64Array.from(outputs), targets: Float32Array.from(labels), width })
      expect(scores.map(({ label, rows }) => [label, rows])).toEqual(
        recalls.map((_, k) => [k, labels.filter((label) => label === k).length]),
      )
      scores.forEach(({ recall, nll }, k) => {
        expect(recall).toBeCloseTo(recalls[k] ?? NaN, 12)
        expect(nll).toBeCloseTo(losses[k] ?? NaN, 10)
      })
    },
  )

  test('classes without rows are left out', () => {
    const outputs = Float64Array.from([1, 0, 0, 0, 0, 2])
    expect(classScores({ outputs, targets: Float32Array.from([0, 2]), width: 3 }).map(({ label }) => label)).toEqual([0, 2])
  })

  test('percentages of a regression, in units of the target', () => {
    const { scale, targets, outputs, mape } = fixture.regression
    const of = { outputs: Float64Array.from(outputs), targets: Float32Array.from(targets), width: 1 }
    expect(requestedMetrics(['mape'], of, [scale])[0]?.[1]).toBeCloseTo(mape, 6)
  })
})

describe('metrics on request', () => {
  const of = (labels: readonly number[], width = 2) => ({
    outputs: Float64Array.from({ length: labels.length * width }, (_, i) => ((i * 7) % 5) - 2),
    targets: Float32Array.from(labels),
    width,
  })

  it('are computed only if they are named', () => {
    const two = of([0, 1, 1, 0])
    expect(Object.keys(computeMetrics('classification', two, null))).not.toContain('auroc')
    expect(Object.keys(computeMetrics('classification', two, null, ['nll', 'auroc']))).toEqual([
      ...Object.keys(computeMetrics('classification', two, null)),
      'auroc',
    ])
  })

  it('are finite where a class is missing or is the only one', () => {
    for (const rows of [of([1, 1, 1]), of([0, 0, 0]), of([0, 2, 2, 0], 3)]) {
      for (const [name, value] of requestedMetrics(names, rows, null)) expect(Number.isFinite(value), name).toBe(true)
    }
    expect(requestedMetrics(['auroc', 'averagePrecision'], of([0, 0, 0]), null)).toEqual([
      ['auroc', 0.5],
      ['averagePrecision', 0],
    ])
  })
})
