import { expect, it } from 'vitest'
import { isRun } from '../../src/run/valid-run.ts'
import { complete } from './runs.ts'

const metrics = { nll: 0.4 }
const evaluation = { step: 4, epoch: 1, train: metrics, validation: metrics }
const checkpoint = { step: 4, epoch: 1, validation: metrics, test: metrics }
const run = (beside: { readonly evaluation?: unknown; readonly best?: unknown }) => ({
  ...complete('ab'),
  evaluations: [{ ...evaluation, ...('evaluation' in beside ? { averaged: beside.evaluation } : {}) }],
  best: { ...checkpoint, ...('best' in beside ? { averaged: beside.best } : {}) },
})

it('a run has averaged weights, or is from before they were kept', () => {
  expect(isRun(run({}))).toBe(true)
  expect(isRun(run({ evaluation: { validation: metrics }, best: checkpoint }))).toBe(true)
  expect(isRun(run({ best: { ...checkpoint, test: null } }))).toBe(true)
})

it.each([
  { evaluation: null },
  { evaluation: {} },
  { evaluation: { validation: { nll: 'low' } } },
  { evaluation: { validation: { nll: -1 } } },
  { best: null },
  { best: 7 },
  { best: { ...checkpoint, step: '4' } },
  { best: { ...checkpoint, test: { accuracy: 2 } } },
  { best: { step: 4, epoch: 1, test: null } },
])('anything else beside the weights is no run: %j', (beside) => {
  expect(isRun(run(beside))).toBe(false)
})

const layer = { name: '0.dense.kernel', gradientNorm: 0.1, weightNorm: 2, units: 8, deadUnits: 0 }

it('a run has its layers, or is from before they were looked at', () => {
  expect(isRun({ ...run({}), layers: [] })).toBe(true)
  expect(isRun({ ...run({}), layers: [layer, { ...layer, deadUnits: 8 }] })).toBe(true)
})

it.each([
  { layers: null },
  { layers: [null] },
  { layers: [{ ...layer, name: 7 }] },
  { layers: [{ ...layer, name: 'x'.repeat(301) }] },
  { layers: [{ ...layer, gradientNorm: null }] },
  { layers: [{ ...layer, units: 0 }] },
  { layers: [{ ...layer, deadUnits: -1 }] },
  { layers: [{ ...layer, deadUnits: 9 }] },
  { layers: Array.from({ length: 10_001 }, () => layer) },
])('layers of another form are no run', (more) => expect(isRun({ ...run({}), ...more })).toBe(false))
