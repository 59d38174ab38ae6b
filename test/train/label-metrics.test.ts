import { describe, expect, test } from 'vitest'
import type { MetricName } from '../../src/records/metrics.ts'
import { mean } from '../../src/stats/describe.ts'
import { ensembleScores } from '../../src/train/ensemble.ts'
import { crossEntropyOf, labelCounts, labelMistakeCost, sigmoid } from '../../src/train/label-metrics.ts'
import { computeMetrics } from '../../src/train/metrics.ts'
import { rowScores } from '../../src/train/row-scores.ts'
import cases from './fixtures/labels.json' with { type: 'json' }

const namesIn = (of: object): MetricName[] => Object.keys(of) as MetricName[]

describe.each(cases.metrics.map((one, i) => [i, one] as const))('several labels, case %i', (_, one) => {
  const { width, metrics, requested, byLabel } = one
  const of = { outputs: Float64Array.from(one.outputs), targets: Float32Array.from(one.targets), width }

  test('have the metrics of scikit-learn', () => {
    const found = computeMetrics('multi-label', of, null, namesIn(requested))
    expect(namesIn(found)).toEqual([...namesIn(metrics), ...namesIn(requested)])
    const known: { readonly [name in MetricName]?: number } = { ...metrics, ...requested }
    for (const name of namesIn(known)) expect(found[name], name).toBeCloseTo(known[name] ?? NaN, 5)
  })

  test('have counts that give the scores of each label', () => {
    for (const [k, { rows, yes, taken, right, loss }] of labelCounts(of).entries()) {
      const known = byLabel[k]
      expect(loss / rows).toBeCloseTo(known?.nll ?? NaN, 9)
      expect(taken === 0 ? 0 : right / taken).toBeCloseTo(known?.precision ?? NaN, 9)
      if (known?.recall !== undefined) expect(right / yes).toBeCloseTo(known.recall, 9)
    }
  })

  test('have parts of rows whose means are the metrics', () => {
    const { subsetAccuracy = [], nll = [] } = rowScores({ task: 'multi-label', width, scale: null }, of.outputs, of.targets)
    expect(nll.length).toBe(one.targets.length / width)
    expect(mean(subsetAccuracy)).toBeCloseTo(metrics.subsetAccuracy, 9)
    expect(mean(nll)).toBeCloseTo(metrics.nll, 9)
  })
})

test('logits of any size have a probability and a loss', () => {
  expect([sigmoid(-1e4), sigmoid(0), sigmoid(1e4)]).toEqual([0, 0.5, 1])
  expect(sigmoid(-40)).toBeCloseTo(Math.exp(-40), 30)
  expect([crossEntropyOf(1e4, 0), crossEntropyOf(1e4, 1)]).toEqual([1e4, 0])
})

test('a mistake costs what the opposite answer for one label would', () => {
  // One row, certain of both labels by 3 nats: own losses ln(1 + e^-3), and one of two turned around.
  const [own, other] = [Math.log1p(Math.exp(-3)), Math.log1p(Math.exp(3))]
  const of = { outputs: Float32Array.from([3, -3]), targets: Float32Array.from([1, 0]), width: 2 }
  expect(labelMistakeCost(of)).toBeCloseTo((own + other) / 2, 5)
})

test('an ensemble predicts the mean of the probabilities of its members', () => {
  const members = [
    [2, -1],
    [-1, -3],
  ]
  const part = { members: members.map((one) => Float32Array.from(one)), targets: Float32Array.from([1, 0]) }
  const { models, notes } = ensembleScores({ task: 'multi-label', width: 2, scale: null }, part, part)
  const together = [0, 1].map((k) => mean(members.map((one) => sigmoid(one[k] ?? NaN))))
  expect(models.map(({ model, temperature }) => [model, temperature])).toEqual([
    ['single', null],
    ['ensemble', null],
  ])
  expect(models[1]?.test.nll).toBeCloseTo(-(Math.log(together[0] ?? NaN) + Math.log(1 - (together[1] ?? NaN))) / 2, 5)
  expect(notes).toEqual([])
})

test('the worst recall is 0 where no row has a label, as in scikit-learn, and not perfect', () => {
  const of = { outputs: Float64Array.from([-1, 1, -1, -1]), targets: new Float32Array(4), width: 2 }
  expect(computeMetrics('multi-label', of, null, ['worstRecall']).worstRecall).toBe(0)
})
