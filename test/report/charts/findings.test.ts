import { expect, it } from 'vitest'
import { buildReport } from '../../../src/report/build.ts'
import { findingCharts } from '../../../src/report/charts/findings.ts'
import { thinCurve } from '../../../src/report/curves.ts'
import type { Report } from '../../../src/report/model.ts'
import type { CompleteRun } from '../../../src/records/run.ts'
import { fakeStudy } from '../../support/study.ts'

const study = fakeStudy()
const found = study.results.find((r): r is CompleteRun => r.request.stage === 'verify' && r.status === 'complete')
if (!found) throw new Error('no verified run')
const { id, request } = found

/** Of a target with a variance of 100: a constant guess has mse 100, and a loss of standardized targets of 1. */
const run: CompleteRun = {
  ...found,
  evaluations: [
    { step: 17, epoch: 1, train: { mse: 50, r2: 0.5 }, validation: { mse: 60, r2: 0.4 } },
    { step: 34, epoch: 2, train: { mse: 25, r2: 0.75 }, validation: { mse: 30, r2: 0.7 } },
  ],
  steps: { ...found.steps, loss: [1, 0.6, 0.3], learningRate: [1, 1, 1], gradientNorm: [1, 1, 1] },
}
const report: Report = buildReport({
  ...study.input,
  diagnostics: [
    {
      rule: 'oscillation',
      subject: 'winner',
      title: 'The loss oscillates',
      seeds: { seen: 1, of: 1 },
      sights: [{ run: id, seed: request.seed, steps: [1, 2], epochs: [1, 1], values: {}, sentence: 'it swings' }],
      cause: 'The steps are too large.',
      moves: [],
      stage: null,
    },
  ],
})

function lossesIn(of: Report): Record<string, number[]> {
  const [chart] = findingCharts(of, new Map([[id, thinCurve(run, 'rmse', 'mse')]]))
  const values = (JSON.parse(JSON.stringify(chart?.spec)) as Spec).layer.flatMap(({ data }) => data.values)
  const named = values.filter(({ what }) => what !== undefined)
  return Object.fromEntries(
    [...new Set(named.map(({ what }) => what))].map((what) => [
      what,
      named.filter((v) => v.what === what).map(({ value }) => value),
    ]),
  )
}

interface Spec {
  readonly layer: readonly { readonly data: { readonly values: readonly { what: string; value: number }[] } }[]
}

it('losses of steps are drawn in the units of the evaluations beside them', () => {
  expect(lossesIn(report)).toEqual({
    'loss of a step': [100, 60, 30],
    'training loss': [50, 25],
    'validation loss': [60, 30],
  })
})

it('the loss of a script is in units of its own', () => {
  const trainer = { measured: 'from predictions', deterministic: null } as const
  expect(lossesIn({ ...report, study: { ...report.study, trainer } })['loss of a step']).toEqual([1, 0.6, 0.3])
})
