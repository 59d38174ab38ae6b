import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import {
  brierScore,
  calibrationBins,
  calibrationError,
  expectedCalibrationError,
  negativeLogLikelihood,
  topLabel,
} from '../../src/stats/calibration.ts'
import type { Predictions } from '../../src/stats/calibration.ts'
import { brierParts, calibrationNull } from '../../src/stats/calibration-evidence.ts'
import { fitTemperature, withTemperature } from '../../src/stats/temperature.ts'
import { near, of, reasonOf, vectors } from './vectors.ts'

interface Errors {
  readonly l1: number
  readonly l2: number
  readonly max: number
}
interface Case {
  p: number[]
  labels: number[]
  classes: number
  nll: number
  brier: number
  ece: Errors | null
  mass: number
  temperature: number
  scaled: number
}
const expected = vectors<{ cases: Case[]; binary: ({ p: number[]; y: number[]; bins: number } & Errors)[] }>('calibration')
const predictionsOf = (c: Case): Predictions => ({ probabilities: c.p, labels: c.labels, classes: c.classes })

describe('calibration agrees with scikit-learn, torchmetrics and SciPy', () => {
  it.each(expected.cases)('predictions %#', (c) => {
    const predictions = predictionsOf(c)
    near(negativeLogLikelihood(predictions), c.nll, 1e-12)
    near(brierScore(predictions), c.brier, 1e-12)
    near(expectedCalibrationError(predictions, 10, 'equal-mass'), c.mass, 1e-9)
    const found = calibrationError(calibrationBins(topLabel(predictions), 15))
    // The first case holds a confidence of exactly 1, to which torchmetrics gives a bin of its own.
    if (c.ece) {
      near(found.l1, c.ece.l1, 1e-6)
      near(found.l2, c.ece.l2, 1e-6)
      near(found.max, c.ece.max, 1e-6)
      expect(expectedCalibrationError(predictions)).toBe(found.l1)
    }
  })

  it.each(expected.binary)('confidences of one class, $bins bins', ({ p, y, bins, l1, l2, max }) => {
    const found = calibrationError(calibrationBins({ confidence: p, correct: y }, bins))
    near(found.l1, l1, 1e-6)
    near(found.l2, l2, 1e-6)
    near(found.max, max, 1e-6)
  })

  it('gives the published figures of the fixed vector', () => {
    const confidence = [0.25, 0.25, 0.55, 0.75, 0.75]
    const found = calibrationError(calibrationBins({ confidence, correct: [0, 0, 1, 1, 1] }, 2))
    expect([found.l1, found.l2, found.max].map((v) => v.toFixed(4))).toEqual(['0.2900', '0.2918', '0.3167'])
  })

  it.each(expected.cases.slice(1))('temperature %#', (c) => {
    const found = of('temperature', fitTemperature(predictionsOf(c)))
    near(found.temperature, c.temperature, 1e-6)
    near(found.after, c.scaled, 1e-9)
    expect(found.after).toBeLessThanOrEqual(found.before)
  })
})

describe('bins', () => {
  it('hold their lower edge and not their upper, but for the last', () => {
    const bins = calibrationBins({ confidence: [0, 0.5, 1], correct: [0, 1, 1] }, 2)
    expect(bins.map((b) => [b.from, b.to, b.count])).toEqual([
      [0, 0.5, 1],
      [0.5, 1, 2],
    ])
  })

  it('of equal mass do not depend on the order of examples, ties or not', () => {
    const confidence = [0.6, 0.7, 0.7, 0.7, 0.7, 0.9, 0.95, 0.99]
    const correct = [1, 0, 1, 1, 0, 1, 1, 0]
    const there = calibrationBins({ confidence, correct }, 4, 'equal-mass')
    const back = calibrationBins({ confidence: [...confidence].reverse(), correct: [...correct].reverse() }, 4, 'equal-mass')
    expect(calibrationError(back)).toEqual(calibrationError(there))
    expect(there.reduce((sum, b) => sum + b.count, 0)).toBe(8)
  })
})

/** Labels drawn from the very probabilities: honest, unless `sharper` raises them to a power after the draw. */
function drawn(n: number, classes: number, sharper: number, seed: number): Predictions {
  const random = stream(seed, 'predictions')
  const rows = Array.from({ length: n }, () => {
    const weights = Array.from({ length: classes }, () => Math.exp(1.5 * random.normal()))
    const sum = weights.reduce((a, b) => a + b)
    return weights.map((w) => w / sum)
  })
  const labels = rows.map((row) => {
    let u = random.uniform()
    const found = row.findIndex((p) => (u -= p) < 0)
    return found < 0 ? classes - 1 : found
  })
  const scaled = withTemperature({ probabilities: rows.flat(), labels, classes }, 1 / sharper)
  return { probabilities: scaled, labels, classes }
}

describe('evidence of miscalibration', () => {
  it('an honest model shows error all the same, and is flagged once in twenty times', () => {
    const runs = Array.from({ length: 60 }, (_, seed) =>
      of('null', calibrationNull(drawn(100, 4, 1, seed), stream(seed, 'null'), { draws: 100 })),
    )
    expect(runs.reduce((sum, r) => sum + r.observed, 0) / runs.length).toBeGreaterThan(0.05)
    // 60 runs at 5 %: more than 8 would happen less than once in a hundred.
    expect(runs.filter((r) => r.observed > r.percentile95).length).toBeLessThan(9)
    expect(runs.filter((r) => r.pValue < 0.5).length).toBeGreaterThan(12)
  })

  it('an overconfident one is caught, and its temperature found', () => {
    const sharp = drawn(600, 4, 2, 1)
    const found = of('null', calibrationNull(sharp, stream(1, 'null'), { draws: 200 }))
    expect(found.observed).toBeGreaterThan(found.percentile95)
    expect(found.pValue).toBeLessThan(0.01)
    expect(Math.abs(of('temperature', fitTemperature(sharp)).temperature - 2)).toBeLessThan(0.25)
  })

  it('Brier’s parts add up, and the resolution of a constant forecast is 0', () => {
    const predictions = drawn(300, 3, 1.5, 2)
    const parts = of('brier', brierParts(predictions))
    near(parts.score, brierScore(predictions))
    near(parts.reliability - parts.resolution + parts.uncertainty + parts.withinBins, parts.score)
    expect(Math.abs(parts.withinBins)).toBeLessThan(0.01)
    const probabilities = [0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75]
    const constant = of('brier', brierParts({ probabilities, labels: [0, 1, 1, 1], classes: 2 }))
    expect([constant.reliability, constant.resolution, constant.uncertainty, constant.withinBins]).toEqual([0, 0, 0.375, 0])
  })
})

describe('predictions that cannot be scored', () => {
  const base = { probabilities: [0.2, 0.8, 0.6, 0.4], labels: [1, 0], classes: 2 }
  it.each([
    ['none', { probabilities: [], labels: [] }, /no prediction/],
    ['too few probabilities', { labels: [1, 0, 1] }, /need 6 probabilities, found 4/],
    ['NaN', { probabilities: [0.2, NaN, 0.6, 0.4] }, /example 1 has the probability NaN/],
    ['over one', { probabilities: [0.2, 0.8, 1.6, 0.4] }, /example 2 has the probability 1.6/],
    ['unknown label', { labels: [1, 2] }, /example 2 has the label 2/],
  ])('%s', (_name, change, reason) => {
    const predictions = { ...base, ...change }
    for (const score of [negativeLogLikelihood, brierScore, expectedCalibrationError]) expect(score(predictions)).toBeNaN()
    expect(reasonOf(fitTemperature(predictions))).toMatch(reason)
    expect(reasonOf(brierParts(predictions))).toMatch(reason)
    expect(reasonOf(calibrationNull(predictions, stream(0, 'x')))).toMatch(reason)
  })

  it('a temperature that would never stop is explained', () => {
    expect(reasonOf(fitTemperature({ probabilities: [0.2, 0.8, 0.6, 0.4], labels: [1, 0], classes: 2 }))).toMatch(/sharper/)
    expect(reasonOf(fitTemperature({ probabilities: [0.2, 0.8, 0.6, 0.4], labels: [0, 1], classes: 2 }))).toMatch(/flatter/)
  })

  it('single precision is taken as it comes', () => {
    const probabilities = Float32Array.from([1.0000001, 0, 0.6, 0.4])
    const found = { probabilities, labels: Int32Array.from([0, 0]), classes: 2 }
    near(negativeLogLikelihood(found), -Math.log(0.6) / 2, 1e-6)
    expect(expectedCalibrationError(found)).toBeCloseTo(0.2, 6)
  })
})
