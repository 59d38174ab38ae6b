import { describe, expect, test } from 'vitest'
import { withLevers } from '../../src/records/levers.ts'
import { batchPlan, batchSource, type BatchOptions } from '../../src/train/batches.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { someLevers } from '../support/levers.ts'

describe('the plan of an epoch', () => {
  const plan = (rows: number, batchSize: number, accumulate = 1) => batchPlan(rows, { batchSize, accumulate })
  test('leaves out what does not fill a step', () => {
    expect(plan(1078, 64)).toEqual({ rows: 64, accumulate: 1, stepsPerEpoch: 16 })
    expect(plan(1078, 64, 4)).toEqual({ rows: 64, accumulate: 4, stepsPerEpoch: 4 })
  })
  test('takes what is there where there are fewer rows than a step asks for', () => {
    expect(plan(50, 64)).toEqual({ rows: 50, accumulate: 1, stepsPerEpoch: 1 })
    expect(plan(50, 64, 8)).toEqual({ rows: 50, accumulate: 1, stepsPerEpoch: 1 })
    expect(plan(200, 64, 8)).toEqual({ rows: 64, accumulate: 3, stepsPerEpoch: 1 })
  })
})

/** Row i holds the inputs [i, i + .5] and is of class i modulo 3; rows 20 and up are not for training. */
const data: TrainingData = {
  inputs: Float32Array.from({ length: 60 }, (_, i) => i / 2),
  inputShape: [2],
  targets: Float32Array.from({ length: 30 }, (_, i) => i % 3),
  targetScale: null,
  splits: { train: Int32Array.from(Array(20).keys()), validation: Int32Array.of(20, 21), test: Int32Array.of(22) },
}
const options: BatchOptions = {
  task: 'classification',
  width: 3,
  augmentation: { shift: 0, flip: 0, erase: 0, noise: 1, mixup: 0 },
  levers: withLevers(someLevers, { batchSize: 3, accumulate: 2, labelSmoothing: 0.3, augmentation: 0 }),
}
const rowsOf = (source: ReturnType<typeof batchSource>, step: number): number[] =>
  source(step).flatMap((b) => Array.from({ length: b.rows }, (_, row) => b.inputs[2 * row] as number))

describe('the batches of a step', () => {
  const source = batchSource(data, options, 0)

  test('show each row once an epoch at most, and only training rows', () => {
    const epoch = [0, 1, 2].flatMap((step) => rowsOf(source, step))
    expect(new Set(epoch).size).toBe(18)
    expect(Math.max(...epoch)).toBeLessThan(20)
  })

  test('have a new order each epoch', () => {
    expect(rowsOf(source, 3)).not.toEqual(rowsOf(source, 0))
  })

  test('are a function of seed and step, whatever was asked for before', () => {
    const other = batchSource(data, options, 0)
    other(7)
    expect(other(1)).toEqual(source(1))
    expect(rowsOf(batchSource(data, options, 1), 1)).not.toEqual(rowsOf(source, 1))
  })

  test("carry each row's own smoothed target", () => {
    for (const batch of source(4)) {
      for (let row = 0; row < batch.rows; row++) {
        const label = (batch.inputs[2 * row] as number) % 3
        for (let k = 0; k < 3; k++) expect(batch.targets[3 * row + k]).toBeCloseTo(k === label ? 0.8 : 0.1, 6)
      }
    }
  })

  test('are augmented from a stream of their own, which leaves their order alone', () => {
    const augmented = { ...options, levers: withLevers(options.levers, { augmentation: 0.01 }) }
    const noisy = batchSource(data, augmented, 0)
    expect(rowsOf(noisy, 2).map(Math.round)).toEqual(rowsOf(source, 2))
    expect(noisy(2)).not.toEqual(source(2))
    expect(noisy(2)).toEqual(batchSource(data, augmented, 0)(2))
    const noise = [0, 1, 2].flatMap((step) =>
      noisy(step).map(({ inputs }, pass) => ((inputs[0] as number) - (source(step)[pass]?.inputs[0] as number)).toFixed(6)),
    )
    expect(new Set(noise).size).toBe(6)
  })

  test('never write into the data', () => {
    expect(data.inputs).toEqual(Float32Array.from({ length: 60 }, (_, i) => i / 2))
  })
})
