import { describe, expect, it } from 'vitest'
import { evaluationsCsv, evaluationsHeader, stepsCsv } from '../../src/report/csv.ts'
import { thin, thinCurve, type Point } from '../../src/report/curves.ts'
import { curvePath } from '../../src/report/runs.ts'
import { fakeStudy } from '../support/study.ts'

const line = (n: number, f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i))
const place = (i: number): number => i

describe('thinned curves', () => {
  it('leave short curves as they are', () => {
    const points = line(600, (i) => Math.sin(i))
    expect(thin(points, 300, place)).toEqual(points.map((y, i) => [i, y]))
    expect(thin([], 300)).toEqual([])
    expect(thin([7], 300)).toEqual([[1, 7]])
  })

  it('keep a spike of one step among a million, both ends, and the order', () => {
    const spikes = new Set([1, 123_456, 999_998])
    const thinned = thin(
      line(1_000_000, (i) => (spikes.has(i) ? 100 : Math.sin(i / 1000))),
      300,
      place,
    )
    expect(thinned.length).toBeLessThanOrEqual(602)
    expect(thinned.filter(([, y]) => y === 100).map(([x]) => x)).toEqual([...spikes])
    expect([thinned[0]?.[0], thinned.at(-1)?.[0]]).toEqual([0, 999_999])
    expect(thinned.every(([x], i) => i === 0 || x > (thinned[i - 1]?.[0] ?? -1))).toBe(true)
  })

  it('keep the range of every stretch', () => {
    const points = line(30_000, (i) => Math.sin(i / 7) * i)
    const thinned = thin(points, 100, place)
    const whole = points.map((y, i) => [i, y] as const)
    for (let b = 0; b < 100; b++) {
      const inside = (p: readonly Point[]): number[] =>
        p.filter(([x]) => x >= b * 300 && x < (b + 1) * 300).map(([, y]) => y)
      expect(Math.max(...inside(thinned))).toBe(Math.max(...inside(whole)))
      expect(Math.min(...inside(thinned))).toBe(Math.min(...inside(whole)))
    }
  })

  it('of one run with a million steps are made at once, whatever it is', () => {
    const [run] = fakeStudy().results.filter((r) => r.request.stage === 'verify')
    if (!run) throw new Error('no run')
    const steps = {
      loss: line(1e6, (i) => 2 / (1 + i / 1e4)),
      learningRate: line(1e6, () => 0.01),
      gradientNorm: line(1e6, (i) => (i === 777_777 ? 99 : 1)),
      clipped: Array.from({ length: 1e6 }, () => false),
    }
    const start = performance.now()
    const curve = thinCurve({ ...run, steps }, 'accuracy', 'nll')
    expect(performance.now() - start).toBeLessThan(5000)
    expect(curve.gradientNorm).toContainEqual([777_778, 99])
    expect(Math.max(...(curve.grid?.gradientNorm ?? []).map((v) => v ?? 0))).toBe(99)
    expect(curve.loss.length).toBeLessThan(603)
  })

  it('leave out what is not finite, as a diverged loss', () => {
    expect(thin([2, NaN, Infinity, 5], 300)).toEqual([
      [1, 2],
      [4, 5],
    ])
  })

  it('hold loss and objective at every evaluation', () => {
    const run = fakeStudy().results.find((r) => r.request.stage === 'verify')
    if (!run) throw new Error('no run')
    const curve = thinCurve(run, 'accuracy', 'nll')
    expect(curve.evaluations.map((e) => e.validationObjective)).toEqual(run.evaluations.map((e) => e.validation.accuracy))
    expect(curve.evaluations.map((e) => e.trainLoss)).toEqual(run.evaluations.map((e) => e.train.nll))
    expect(curve.loss[0]).toEqual([1, run.steps.loss[0]])
    expect(curve.lossByRate).toEqual([])
    const range = fakeStudy().results.find((r) => r.request.job.kind === 'range-test')
    if (!range) throw new Error('no range test')
    expect(thinCurve(range, 'accuracy', 'nll').lossByRate[0]).toEqual([range.steps.learningRate[0], range.steps.loss[0]])
  })
})

describe('a range test through a median of 5', () => {
  it('loses a single spike, keeps an edge, and takes what is not finite for high', () => {
    const run = fakeStudy().results.find((r) => r.request.job.kind === 'range-test')
    if (!run) throw new Error('no run')
    const loss = [2, 2, 2, 99, 2, 2, 2, 5, 5, 5, NaN]
    const steps = { ...run.steps, loss, learningRate: loss.map((_, i) => 10 ** (i - 8)) }
    const smoothed = thinCurve({ ...run, steps }, 'accuracy', 'nll').smoothedByRate.map(([, y]) => y)
    expect(smoothed.slice(0, 6)).toEqual([2, 2, 2, 2, 2, 2])
    expect(smoothed.slice(7)).toEqual([5, 5, 5, 5])
  })
})

describe('curves as CSV', () => {
  const study = fakeStudy({ diverging: [0] })
  const diverged = study.results.find((r) => r.status === 'diverged')
  const complete = study.results.find((r) => r.request.stage === 'verify' && r.status === 'complete')
  if (!diverged || !complete) throw new Error('the fixture lacks runs')

  it('hold every step exactly', () => {
    const [header, ...rows] = stepsCsv(complete).trimEnd().split('\n')
    expect(header).toBe('step,loss,learning_rate,gradient_norm,clipped')
    expect(rows).toHaveLength(complete.steps.loss.length)
    expect(rows.map((r) => Number(r.split(',')[1]))).toEqual(complete.steps.loss)
    expect(rows.map((r) => r.split(',')[4] === '1')).toEqual(complete.steps.clipped)
    expect(stepsCsv(diverged).split('\n')[3]).toBe('3,410,0.3,3000000,1')
  })

  it('hold one row an evaluation with both splits', () => {
    const header = evaluationsHeader(['accuracy', 'nll']).trimEnd().split(',')
    expect(header).toEqual([
      'run',
      'stage',
      'label',
      'seed',
      'fold',
      'step',
      'epoch',
      'train_accuracy',
      'train_nll',
      'validation_accuracy',
      'validation_nll',
    ])
    const rows = evaluationsCsv(complete, ['accuracy', 'nll'])
      .trimEnd()
      .split('\n')
      .map((r) => r.split(','))
    expect(rows).toHaveLength(complete.evaluations.length)
    expect(rows.every((r) => r.length === header.length)).toBe(true)
    expect(Number(rows.at(-1)?.[10])).toBe(complete.evaluations.at(-1)?.validation.nll)
    const folded = evaluationsCsv({ ...complete, request: { ...complete.request, fold: 2 } }, ['accuracy', 'nll'])
    expect(
      folded
        .split('\n')
        .map((r) => r.split(',')[4])
        .slice(0, 2),
    ).toEqual(['2', '2'])
    expect(rows[0]?.[4]).toBe('')
    expect(evaluationsCsv(diverged, ['accuracy'])).toBe('')
  })

  it('have file names that every file system takes, whatever the label', () => {
    const named = (label: string): string => curvePath({ id: 'abc123'.repeat(10), request: { ...complete.request, label } })
    expect(named('../../etc/passwd')).toBe('curves/runs/verify-etc-passwd-seed-1000001-abc123abc123.csv')
    expect(named('weightDecay 0.03, dropout 0.15')).toBe(
      'curves/runs/verify-weightdecay-0.03-dropout-0.15-seed-1000001-abc123abc123.csv',
    )
    expect(named('…')).toBe('curves/runs/verify-seed-1000001-abc123abc123.csv')
    expect(named('x'.repeat(500)).length).toBeLessThan(120)
  })
})
