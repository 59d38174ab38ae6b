import { describe, expect, test } from 'vitest'
import { calibrationFrom } from '../../src/train/calibration.ts'
import { classificationMetrics } from '../../src/train/metrics.ts'
import { drawnPredictions } from '../support/calibration.ts'

describe('calibration of a run', () => {
  test('finds the temperature that undoes a known overconfidence, and what it gives', () => {
    const found = calibrationFrom(drawnPredictions(1, 4000, 2), drawnPredictions(2, 4000, 2), 'test')
    expect(found.temperature).toBeGreaterThan(1.85)
    expect(found.temperature).toBeLessThan(2.15)
    expect(found.asTrained.ece).toBeGreaterThan(found.ecePercentile95 ?? NaN)
    expect(found.scaled?.ece).toBeLessThan(found.ecePercentile95 ?? NaN)
    expect(found.scaled?.nll).toBeLessThan(found.asTrained.nll)
    expect(found.scaled?.parts.reliability).toBeLessThan(found.asTrained.parts.reliability / 5)
  })

  test('agrees with the metrics of the same logits', () => {
    const drawn = drawnPredictions(3, 500, 2)
    const outputs = Float32Array.from(drawn.probabilities, Math.log)
    const metrics = classificationMetrics({ outputs, targets: Float32Array.from(drawn.labels), width: drawn.classes })
    const { asTrained } = calibrationFrom(drawn, drawn, 'validation')
    expect(asTrained.ece).toBeCloseTo(metrics.ece, 5)
    expect(asTrained.nll).toBeCloseTo(metrics.nll, 5)
    expect(asTrained.brier).toBeCloseTo(metrics.brier, 5)
    const hits = asTrained.bins.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0)
    expect(hits / 500).toBeCloseTo(metrics.accuracy, 4)
  })

  test('has no temperature where every prediction is right, and says so by null', () => {
    const sure = { probabilities: [0.9, 0.1, 0.2, 0.8], labels: [0, 1], classes: 2 }
    const found = calibrationFrom(sure, sure, 'validation')
    expect([found.temperature, found.scaled]).toEqual([null, null])
    expect(found.asTrained.bins).toEqual([
      { from: 0.8, to: 0.866667, count: 1, confidence: 0.8, accuracy: 1 },
      { from: 0.866667, to: 0.933333, count: 1, confidence: 0.9, accuracy: 1 },
    ])
  })
})
