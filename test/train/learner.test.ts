import { beforeAll, expect, test } from 'vitest'
import { withLevers } from '../../src/records/levers.ts'
import { inferShapes } from '../../src/layers/shapes.ts'
import { averagingOver } from '../../src/train/averaging.ts'
import { batchSource, type BatchSource } from '../../src/train/batches.ts'
import type { RunContext } from '../../src/train/context.ts'
import { createLearner } from '../../src/train/learner.ts'
import { buildModel } from '../../src/train/model.ts'
import { someLevers } from '../support/levers.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import { batchNorm, dense, dropout, flatten, loadDigits, workloadOf } from './world.ts'

const layers = [flatten, dense(16, 'relu'), batchNorm, dropout, dense(10)]
const levers = withLevers(someLevers, { accumulate: 2, dropout: 0.5 })
let context: RunContext
let batches: BatchSource
beforeAll(async () => {
  const [engine, data] = [await wasmEngine(), await loadDigits()]
  const shaped = inferShapes(layers, data.inputShape)
  if (!shaped.ok) throw new Error(shaped.error.message)
  context = { engine, data, model: buildModel(engine.tf, shaped.value), workload: workloadOf(data, layers) }
  batches = batchSource(data, { task: 'classification', width: 10, levers, augmentation: context.workload.augmentation }, 0)
})

test('every pass of every step has dropout masks of its own', () => {
  const { tf } = context.engine
  const learner = createLearner(context, levers, 0)
  const masks = tf.tidy(() =>
    [0, 1, 2].flatMap((step) =>
      learner.upload(batches(step), step).map(({ random }) => random.dropoutMask(3, [64], 0.5).dataSync().join()),
    ),
  )
  expect(new Set(masks).size).toBe(6)
  learner.dispose()
})

test('the average follows weights and running statistics, and leaves the state alone', () => {
  const before = context.engine.tf.memory().numTensors
  const averaging = averagingOver(60)
  const [plain, learner] = [createLearner(context, levers, 0), createLearner(context, levers, 0, averaging)]
  expect(plain.average).toBeNull()
  let wanted: number[][] = []
  for (let step = 0; step < 5; step++) {
    for (const one of [plain, learner]) one.step(batches(step), step, 0.01)
    const { weights, statistics } = learner.checkpoint()
    const share = averaging.share(step)
    wanted = [weights, ...statistics].map((values, i) =>
      Array.from(values, (value, j) => {
        const old = wanted[i]?.[j] ?? 0
        return old + share * (value - old)
      }),
    )
  }
  expect(learner.checkpoint()).toEqual(plain.checkpoint())
  if (learner.average === null) throw new Error('no average')
  const { weights, statistics } = learner.checkpoint(learner.average)
  ;[weights, ...statistics].forEach((values, i) =>
    values.forEach((value, j) => expect(value).toBeCloseTo(wanted[i]?.[j] ?? NaN, 5)),
  )
  expect(weights).not.toEqual(learner.checkpoint().weights)
  for (const one of [plain, learner]) one.dispose()
  expect(context.engine.tf.memory().numTensors).toBe(before)
})

test('a checkpoint is a copy, and restoring it brings back weights and running statistics', () => {
  const before = context.engine.tf.memory().numTensors
  const learner = createLearner(context, levers, 0)
  for (let step = 0; step < 3; step++) learner.step(batches(step), step, 0.01)
  const kept = learner.checkpoint()
  const copy = structuredClone(kept)
  for (let step = 3; step < 6; step++) learner.step(batches(step), step, 0.01)
  expect(kept).toEqual(copy)
  expect(learner.checkpoint().weights).not.toEqual(kept.weights)
  expect(learner.checkpoint().statistics[0]).not.toEqual(kept.statistics[0])
  learner.restore(kept)
  expect(learner.checkpoint()).toEqual(kept)
  learner.dispose()
  expect(context.engine.tf.memory().numTensors).toBe(before)
})
