import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import type { GateEvidence, SeedEvidence } from '../../src/gates/evidence.ts'
import { isSettled, judge } from '../../src/gates/judge.ts'
import type { ModelSizeRule } from '../../src/gates/model-size.ts'
import type { TrainingTimeRule } from '../../src/gates/training-time.ts'

const time: TrainingTimeRule = { gate: 'training-time', onInconclusive: 'fail', maxRatio: 1.2 }
const size: ModelSizeRule = { gate: 'model-size', onInconclusive: 'fail', maxRatio: 1.1 }
const here = 'CPU, 4 cores, 2 workers'

const timed = (seconds: readonly number[], side: string, machine: string | undefined = here): SeedEvidence[] =>
  seconds.map((s, i) => ({
    seed: i,
    status: 'complete',
    validation: {},
    test: null,
    weights: `${side}${i}`,
    time: machine === undefined ? { seconds: s } : { seconds: s, machine },
  }))
const evidence = (candidate: readonly SeedEvidence[], runs: readonly SeedEvidence[], more: object = {}): GateEvidence => ({
  candidate,
  missingBaselineReason: null,
  baseline: { source: 'the declared levers', runs, notes: [], alternated: true, ...more },
})
const gateOf = (rule: TrainingTimeRule | ModelSizeRule, of: GateEvidence) => {
  const [gate] = judge([rule], of).gates
  if (!gate) throw new Error('no gate')
  return gate
}
const base = [10, 10.2, 9.9, 10.1, 9.8]
const scaled = (factor: number): number[] => base.map((s, i) => s * factor * (1 + 0.003 * (i - 2)))

describe('training time', () => {
  it('passes, fails and stays open by the interval of the ratio', () => {
    const of = (factor: number) => gateOf(time, evidence(timed(scaled(factor), 'c'), timed(base, 'b')))
    expect(of(1.02)).toMatchObject({ status: 'pass', blocks: false, limit: 1.2 })
    expect(of(1.02).sentence).toMatch(
      /ratio of training times against the declared levers is 1\.02 \(90 % interval 1\.0\d+ to 1\.0\d+; paired over 5 seeds; 10\.2 s per run against 10 s\)/,
    )
    expect(of(1.5).status).toBe('fail')
    const open = of(1.2)
    expect(open).toMatchObject({ status: 'inconclusive', blocks: true, settled: true })
    expect(open.remedy).toBeTruthy()
  })

  it('gives the ratio of geometric means', () => {
    const [c, b] = [
      [2, 8, 4],
      [1, 4, 2.5],
    ]
    const gate = gateOf(time, evidence(timed(c, 'c'), timed(b, 'b')))
    expect(gate.estimate?.value).toBeCloseTo(((2 * 8 * 4) / (1 * 4 * 2.5)) ** (1 / 3), 12)
    expect(gate.candidate).toEqual(c)
    expect(gate.baseline).toEqual(b)
  })

  it('compares unpaired, and says so, where the sides were timed one after the other', () => {
    const gate = gateOf(time, evidence(timed(scaled(1), 'c'), timed(base, 'b'), { alternated: false }))
    expect(gate.sentence).toContain('unpaired')
    expect(gate.notes.join()).toContain('one after the other')
  })

  it('never asks for more seeds: the clock must not decide what a lock holds', () => {
    const judged = judge([time], evidence(timed(scaled(1.2), 'c'), timed(base, 'b')))
    expect(judged.status).toBe('inconclusive')
    expect(isSettled(judged)).toBe(true)
  })

  it('is exactly 1 for the very same training, whatever the clock says', () => {
    const same = evidence(timed(scaled(3), 'x'), timed(base, 'x'))
    expect(gateOf(time, same)).toMatchObject({ status: 'pass', estimate: { value: 1, level: 1 } })
    expect(gateOf({ ...time, maxRatio: 0.9 }, same).status).toBe('fail')
  })

  it.each([
    ['a lock', timed(base, 'b').map(({ time: _, ...s }) => s), /holds no times/],
    ['another machine', timed(base, 'b', 'CPU, 64 cores, 2 workers'), /not timed on one machine \(CPU, 4 cores.*64 cores/],
    [
      'a machine that nobody recorded',
      base.map((seconds, i) => ({ ...timed([seconds], 'b')[0], seed: i, time: { seconds } }) as SeedEvidence),
      /not recorded/,
    ],
    ['one seed', timed([10], 'b'), /too few/],
    ['seeds without a length', timed([NaN, 0, Infinity, -1], 'b'), /too few/],
  ])('is inconclusive against %s, with what to do', (_, runs, reason) => {
    const gate = gateOf(time, evidence(timed(base, 'c'), runs))
    expect(gate).toMatchObject({ status: 'inconclusive', blocks: true, sentence: expect.stringMatching(reason) })
    expect(gate.remedy).toMatch(/retrain|--fresh/)
  })

  it('is inconclusive for a candidate that did not finish, and for one seed', () => {
    const ended = timed(base, 'c').map((s, i) => (i === 1 ? { ...s, status: 'diverged' as const } : s))
    expect(gateOf(time, evidence(ended, timed(base, 'b'))).sentence).toContain('seed 1')
    expect(gateOf(time, evidence(timed([1], 'c'), timed(base, 'b'))).status).toBe('inconclusive')
    expect(
      gateOf(time, { candidate: timed(base, 'c'), baseline: null, missingBaselineReason: 'there is no lock' }).sentence,
    ).toContain('there is no lock')
  })

  it('passes what is truly at the limit in at most one of twenty, and fails as seldom', () => {
    const random = stream(3, 'times')
    const draws = 3000
    const count = { pass: 0, fail: 0, inconclusive: 0 }
    for (let i = 0; i < draws; i++) {
      const draw = (mean: number, drift: readonly number[]): number[] =>
        drift.map((d) => mean * Math.exp(d + 0.05 * random.normal()))
      const drift = Array.from({ length: 5 }, () => 0.2 * random.normal())
      count[gateOf(time, evidence(timed(draw(1.2, drift), 'c'), timed(draw(1, drift), 'b'))).status] += 1
    }
    // Three standard errors above the declared .05.
    const most = draws * (0.05 + 3 * Math.sqrt((0.05 * 0.95) / draws))
    expect(count.pass).toBeLessThan(most)
    expect(count.fail).toBeLessThan(most)
    expect(count.inconclusive).toBeGreaterThan(0.85 * draws)
  })
})

describe('model size', () => {
  const of = (own: number | undefined, theirs: number | undefined, rule = size) =>
    gateOf(rule, {
      ...evidence([], [], theirs === undefined ? {} : { parameters: theirs }),
      ...(own === undefined ? {} : { parameters: own }),
    })

  it('is counted: exact at the limit, settled, with no seed needed', () => {
    expect(of(110, 100)).toMatchObject({ status: 'pass', estimate: { value: 1.1, lower: 1.1, upper: 1.1 }, settled: true })
    expect(of(111, 100).status).toBe('fail')
    expect(of(115, 100, { ...size, maxRatio: 1.15 }).status).toBe('pass')
    expect(of(12_345, 10_000).sentence).toBe(
      'The model has 12,345 trainable parameters (48.22 KiB), the baseline (the declared levers) 10,000 ' +
        'trainable parameters (39.06 KiB): 1.234 times as many, above the limit 1.1. Both are exact, so seeds cannot change this.',
    )
  })

  it('is inconclusive where a count is missing or makes no ratio', () => {
    for (const [own, theirs] of [
      [100, undefined],
      [undefined, 100],
      [100, 0],
      [NaN, 100],
      [Infinity, 100],
      [100, NaN],
    ] as const) {
      expect(of(own, theirs)).toMatchObject({ status: 'inconclusive', blocks: true })
    }
    expect(of(100, undefined).remedy).toContain('lock anew')
    expect(
      gateOf(size, { candidate: [], baseline: null, missingBaselineReason: 'there is no lock', parameters: 3 }).status,
    ).toBe('inconclusive')
  })
})
