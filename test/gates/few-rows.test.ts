import { describe, expect, it } from 'vitest'
import type { MetricName } from '../../src/records/metrics.ts'
import { judge } from '../../src/gates/judge.ts'
import type { ThresholdRule } from '../../src/gates/threshold.ts'
import type { SeedEvidence } from '../../src/gates/evidence.ts'

const rule = (metric: MetricName, max: number): ThresholdRule => ({
  gate: 'threshold',
  metric,
  split: 'test',
  min: null,
  max,
  onInconclusive: 'fail',
})

/** Five seeds with about this value, which varies little between rows. */
const seeds = (metric: MetricName, value: number, ofRows = true): SeedEvidence[] =>
  Array.from({ length: 5 }, (_, i) => {
    const own = value + i / 1000
    const groups = Array.from({ length: 20 }, (_, g) => own + (g - 9.5) / 1000)
    const metrics = { [metric]: own }
    return {
      seed: i,
      status: 'complete',
      validation: metrics,
      test: metrics,
      weights: `${i}`,
      ...(ofRows && { testRows: { [metric]: groups } }),
    }
  })

const verdictOf = (metric: MetricName, value: number, max: number, test: number, ofRows = true) => {
  const evidence = { candidate: seeds(metric, value, ofRows), baseline: null, missingBaselineReason: null }
  return judge([rule(metric, max)], { ...evidence, rows: { validation: test, test } }).gates[0]
}

describe('an expected calibration error of few test rows', () => {
  it('fails nothing, since it is too high however good the model is', () => {
    const found = verdictOf('ece', 0.12, 0.1, 360)
    expect(found?.status).toBe('inconclusive')
    expect(found?.sentence).toContain('an ece of 360 test rows is too high by itself, and a fail needs 3200')
    expect(found?.remedy).toContain('Hold out more test rows')
    expect(found?.estimate?.value).toBeCloseTo(0.122, 3)
  })

  it('passes what it passed, because the truth is lower still', () => {
    expect(verdictOf('ece', 0.05, 0.1, 360)?.status).toBe('pass')
  })

  it('fails on enough of them, and where the verdict is about these rows alone', () => {
    expect(verdictOf('ece', 0.12, 0.1, 3200)?.status).toBe('fail')
    expect(verdictOf('ece', 0.12, 0.1, 360, false)?.status).toBe('fail')
  })

  it('is no reason to keep another metric open', () => {
    expect(verdictOf('nll', 0.12, 0.1, 360)?.status).toBe('fail')
  })
})
