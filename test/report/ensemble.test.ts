import { describe, expect, it } from 'vitest'
import type { EnsembleScores } from '../../src/records/ensemble.ts'
import { buildReport } from '../../src/report/build.ts'
import { ensembleTable } from '../../src/report/ensemble.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { fakeStudy } from '../support/study.ts'

const test = { accuracy: 0.95, balancedAccuracy: 0.94, f1: 0.93, nll: 0.25, brier: 0.125, ece: 0.0125 }
const ensemble: EnsembleScores = {
  members: 5,
  rows: 360,
  models: [
    { model: 'single', temperature: null, test },
    { model: 'ensemble', temperature: null, test: { ...test, nll: 0.2 } },
    { model: 'ensemble', temperature: 1.25, test: { ...test, nll: 0.19 } },
  ],
  notes: ['Single models are not scaled, because no temperature fits the validation rows best.'],
}
const { input } = fakeStudy()
const report = buildReport({ ...input, ensemble })

describe('the table of what the seeds give together', () => {
  it('has a row per model, with the metrics that the choice rests on', () => {
    expect(ensembleTable(report)).toEqual({
      title: 'What else these seeds give',
      header: ['On test rows', 'accuracy', 'nll', 'brier', 'ece', 'temperature'],
      rows: [
        ['single model (mean over 5 seeds)', '0.95', '0.25', '0.125', '0.0125', '–'],
        ['ensemble of 5', '0.95', '0.2', '0.125', '0.0125', '–'],
        ['ensemble of 5, temperature-scaled', '0.95', '0.19', '0.125', '0.0125', '1.25'],
      ],
      notes: [expect.stringContaining('no member has seen a test row. Scored on all 360 test rows.'), ...ensemble.notes],
    })
  })

  it('says where a temperature makes the objective worse on these rows', () => {
    const worse = ensemble.models.map((m) => (m.temperature === null ? m : { ...m, test: { ...test, accuracy: 0.9 } }))
    const scaled = buildReport({ ...input, ensemble: { ...ensemble, models: worse } })
    expect(ensembleTable(scaled)?.notes.at(-1)).toBe('On these test rows, the temperature makes the accuracy worse.')
  })

  it('says if the rows are a sample, and is absent if there are no scores', () => {
    const sampled = buildReport({ ...input, ensemble: { ...ensemble, rows: 100 } })
    expect(ensembleTable(sampled)?.notes[0]).toContain('an evenly spaced sample of 100 of 360 test rows')
    expect(ensembleTable(buildReport(input))).toBeNull()
  })

  it('has the metrics of a regression, and no temperature', () => {
    const values = { mse: 4, rmse: 2, mae: 1.5, r2: 0.75 }
    const models = ensemble.models.slice(0, 2).map((m) => ({ ...m, test: values }))
    const regression = buildReport({ ...input, ensemble: { ...ensemble, models, notes: [] } })
    const found = ensembleTable({ ...regression, study: { ...regression.study, task: 'regression', objective: 'mse' } })
    expect(found?.header).toEqual(['On test rows', 'mse', 'rmse', 'mae', 'r2'])
    expect(found?.rows[1]).toEqual(['ensemble of 5', '4', '2', '1.5', '0.75'])
    expect(found?.notes[0]).toContain("the mean of its members' values")
  })

  it('is read back from a report as it was written', () => {
    expect(parseReport(reportText(report), 'report.json').verification?.ensemble).toEqual(ensemble)
    const wrong = JSON.stringify({ ...report, verification: { ...report.verification, ensemble: { members: 1 } } })
    expect(() => parseReport(wrong, 'report.json')).toThrow()
  })
})
