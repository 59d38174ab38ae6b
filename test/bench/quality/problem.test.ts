import { describe, expect, it } from 'vitest'
import { constantScore, stepsOf, unclocked } from '../../../bench/quality/problem.ts'
import type { RunRequest } from '../../../src/records/run.ts'
import { withLevers } from '../../../src/records/levers.ts'
import { someLevers } from '../../support/levers.ts'
import { runRequest } from '../../support/world.ts'

const request = (job: RunRequest['job'], batchSize = 64): RunRequest => ({
  stage: 'batch',
  label: 'x',
  levers: withLevers(someLevers, { batchSize, accumulate: 1 }),
  seed: 1,
  job,
})
const train = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false } as const
const world = { truth: () => 0.5, noise: 0.01, gradientNorms: [1, 2, 3] }

describe('the steps of a run', () => {
  it('are those of its log', () => {
    expect(stepsOf(runRequest(world, request(train)))).toBe(3)
  })
  it('are those of its last evaluation if the log was dropped', () => {
    const run = runRequest({ ...world, gradientNorms: [] }, request(train))
    expect(stepsOf({ ...run, evaluations: [{ step: 40, epoch: 2, train: {}, validation: {} }] })).toBe(40)
    expect(stepsOf(run)).toBe(0)
  })
  it('are those of the job for a probe', () => {
    expect(stepsOf(runRequest(world, request({ kind: 'probe', steps: 100, memoryMiB: 64 })))).toBe(100)
  })
})

describe('a probe', () => {
  it('is as fast as a fixed machine, however busy this one is', () => {
    const speed = (batchSize: number, measured: number): number | undefined => {
      const asked = request({ kind: 'probe', steps: 10, memoryMiB: 64 }, batchSize)
      const run = unclocked(runRequest({ ...world, throughput: () => measured }, asked))
      return run.status === 'complete' ? run.probe?.examplesPerSecond : undefined
    }
    expect(speed(50, 1)).toBe(25_000)
    expect(speed(50, 1e6)).toBe(25_000)
    expect(speed(200, 1)).toBe(40_000)
  })
  it('is the only kind of run that is changed', () => {
    const run = runRequest(world, request(train))
    expect(unclocked(run)).toBe(run)
  })
})

describe('the best constant prediction', () => {
  const splits = { train: Int32Array.of(0, 1, 2), validation: Int32Array.of(), test: Int32Array.of(3, 4) }
  it('is the mean, in the units of the target', () => {
    const targets = Float32Array.of(-1, 0, 1, 1, -2)
    expect(constantScore({ targets, targetScale: [{ mean: 5, sd: 2 }], classes: null, splits })).toBeCloseTo(10, 12)
  })
  it('is the shares of the classes, with one row more of each', () => {
    const targets = Float32Array.of(0, 0, 1, 0, 1)
    const expected = -(Math.log(3 / 5) + Math.log(2 / 5)) / 2
    expect(constantScore({ targets, targetScale: null, classes: ['a', 'b'], splits })).toBeCloseTo(expected, 12)
  })
})
