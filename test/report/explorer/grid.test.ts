import { describe, expect, it } from 'vitest'
import { buildReport } from '../../../src/report/build.ts'
import { thinCurve } from '../../../src/report/curves.ts'
import { explorerData } from '../../../src/report/explorer/data.ts'
import { embedded, unpacked } from '../../../src/report/explorer/packed.ts'
import { extremes, gridCurve, stretchesFor } from '../../../src/report/explorer/grid.ts'
import { hostile } from '../../support/hostile.ts'
import { fakeStudy } from '../../support/study.ts'

describe('a curve in few numbers', () => {
  it('is all of its values where they are few', () => {
    expect(extremes([1, 2, 3], 2)).toEqual([1, 2, 3])
    expect(extremes([], 2)).toEqual([])
  })

  it('keeps the extremes of every stretch, in the order they came', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 50))
    values[5_017] = 99
    values[5_018] = -99
    const thinned = extremes(values, 50)
    expect(thinned).toHaveLength(100)
    expect(thinned.slice(50, 52)).toEqual([99, -99])
    for (let b = 0; b < 50; b++) {
      const own = values.slice(b * 200, (b + 1) * 200)
      const shown = thinned.slice(2 * b, 2 * b + 2)
      expect(shown).toContain(Number(Math.max(...own).toPrecision(4)))
      expect(shown).toContain(Number(Math.min(...own).toPrecision(4)))
    }
  })

  it('shows where values stop being finite', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i < 60 ? 1 : NaN))
    const thinned = extremes(values, 10)
    expect(thinned).toHaveLength(20)
    expect(thinned.slice(0, 12).every((v) => v === 1)).toBe(true)
    expect(thinned.slice(12).every((v) => v === null)).toBe(true)
  })

  it('tells the share of clipped steps, and where evaluations stood', () => {
    const [run] = fakeStudy().results.filter((r) => r.request.job.kind === 'train' && r.evaluations.length > 3)
    if (!run) throw new Error('no run')
    const grid = gridCurve(run, { objective: 'accuracy', loss: 'nll' }, 100)
    expect(grid.epochs).toBeCloseTo(run.evaluations.at(-1)?.epoch ?? NaN)
    expect(grid.evaluated).toEqual(run.evaluations.map((e) => e.epoch))
    expect(grid.objective).toEqual(run.evaluations.map((e) => Number(e.validation.accuracy?.toPrecision(4))))
    const share = run.steps.clipped.filter(Boolean).length / run.steps.clipped.length
    const mean = grid.clipped.reduce<number>((sum, v) => sum + (v ?? 0), 0) / grid.clipped.length
    expect(mean).toBeCloseTo(share, 1)
  })

  it('is coarser the more runs there are', () => {
    expect([1, 400, 1000, 10_000].map(stretchesFor)).toEqual([100, 100, 40, 33])
  })
})

describe('the numbers inside of the page', () => {
  it('are of every run that trained, by side and stage, and close no element', () => {
    const { input, results } = fakeStudy({ hostile })
    const report = buildReport(input)
    const curves = new Map(results.map((r) => [r.id, thinCurve(r, 'accuracy', 'nll')]))
    const data = explorerData(report, curves)
    expect(data.runs.map((r) => r.seed)).toEqual(report.runs.filter((r) => r.job.kind === 'train').map((r) => r.seed))
    expect(data.runs.filter((r) => r.group === 'baseline')).toHaveLength(5)
    expect(data.runs.filter((r) => r.group === 'winner')).toHaveLength(5)
    const evil = { ...data, runs: [{ ...data.runs[0]!, label: '</script><!-- \u2028' }] }
    expect(embedded(evil)).not.toMatch(/[<>&\u2028]/)
    expect(unpacked(embedded(evil))).toEqual(evil)
    expect(unpacked(embedded(data))).toEqual(data)
    // A run whose only evaluation is not finite, and one without any.
    const [first, second] = [data.runs[0]!, data.runs[1]!]
    const without = { ...first, curve: { ...first.curve, evaluated: [], objective: [], validationLoss: [] } }
    const broken = { ...second, curve: { ...second.curve, evaluated: [1], objective: [null], validationLoss: [null] } }
    for (const runs of [
      [without, broken],
      [broken, without],
    ]) {
      expect(unpacked(embedded({ ...data, runs })).runs).toEqual(runs)
    }
  })
})
