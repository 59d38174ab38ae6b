import { describe, expect, it } from 'vitest'
import type { VerifiedRun } from '../../src/records/decision.ts'
import { calibrationOf } from '../../src/report/calibration.ts'
import { drawnCalibration } from '../support/calibration.ts'

const run = (calibration?: VerifiedRun['calibration']): VerifiedRun => ({
  run: 'a',
  status: 'complete',
  validation: {},
  test: {},
  weights: 'w',
  ...(calibration ? { calibration } : {}),
})

describe('reliability diagrams of a verification', () => {
  it('puts the predictions of all seeds into one diagram', () => {
    const [a, b] = [drawnCalibration(10), drawnCalibration(20)]
    const found = calibrationOf({
      seeds: [
        { seed: 1, baseline: run(), candidate: run(a) },
        { seed: 2, baseline: run(), candidate: run(b) },
      ],
    })
    const bins = found?.winner.asTrained.bins ?? []
    expect(found?.baseline).toBeNull()
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(720)
    expect(found?.winner.asTrained.nll).toBeCloseTo((a.asTrained.nll + b.asTrained.nll) / 2, 6)
    const hits = (bars: typeof bins): number => bars.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0)
    expect(hits(bins)).toBeCloseTo(hits(a.asTrained.bins) + hits(b.asTrained.bins), 2)
    expect(found?.winner.aboveNull).toBe(2)
    expect(found?.winner.temperature).toBeCloseTo(Math.sqrt((a.temperature ?? NaN) * (b.temperature ?? NaN)), 4)
  })

  it('counts only the seeds that have a temperature in the scaled diagram, and is null for a regression', () => {
    const with_ = drawnCalibration(10)
    const without = { ...drawnCalibration(20), temperature: null, scaled: null }
    const found = calibrationOf({
      seeds: [
        { seed: 1, baseline: run(with_), candidate: run(with_) },
        { seed: 2, baseline: run(), candidate: run(without) },
      ],
    })
    expect([found?.winner.asTrained.seeds, found?.winner.scaled?.seeds, found?.baseline?.asTrained.seeds]).toEqual([2, 1, 1])
    expect(calibrationOf({ seeds: [{ seed: 1, baseline: run(), candidate: run() }] })).toBeNull()
  })
})
