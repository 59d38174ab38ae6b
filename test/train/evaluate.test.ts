import { expect, test } from 'vitest'
import { inferShapes } from '../../src/layers/shapes.ts'
import type { RunContext } from '../../src/train/context.ts'
import { evaluate, fixedSample, notFinite, predict } from '../../src/train/evaluate.ts'
import { createLearner } from '../../src/train/learner.ts'
import { buildModel } from '../../src/train/model.ts'
import { someLevers } from '../support/levers.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import { loadDigits, mlp, workloadOf } from './world.ts'

test('the fixed sample is evenly spaced over the rows, and all of them where they are few', () => {
  const rows = Int32Array.from({ length: 10 }, (_, i) => 100 + i)
  expect([...fixedSample(rows, 4)]).toEqual([100, 102, 105, 107])
  expect(fixedSample(rows, 10)).toEqual(rows)
  expect(fixedSample(rows, 99)).toEqual(rows)
})

test('a metric that is not finite is named', () => {
  expect(notFinite({ accuracy: 0.5, nll: 1 })).toBeNull()
  expect(notFinite({ accuracy: 0.5, nll: Infinity, ece: NaN })).toBe('nll is Infinity')
})

test('predictions are the same however many rows are asked for at once', async () => {
  const [engine, data] = [await wasmEngine(), await loadDigits()]
  const shaped = inferShapes(mlp, data.inputShape)
  if (!shaped.ok) throw new Error(shaped.error.message)
  const context: RunContext = { engine, data, model: buildModel(engine.tf, shaped.value), workload: workloadOf(data, mlp) }
  const learner = createLearner(context, someLevers, 0)
  const rows = data.splits.train.slice(0, 600)
  const all = predict(context, learner.state, rows)
  expect(all).toHaveLength(600 * 10)
  for (const row of [0, 255, 256, 511, 512, 599]) {
    const one = predict(context, learner.state, rows.slice(row, row + 1))
    for (let k = 0; k < 10; k++) expect(all[row * 10 + k]).toBeCloseTo(one[k] as number, 5)
  }
  expect(() => evaluate(context, learner.state, new Int32Array())).toThrow('a split without rows cannot be evaluated')
  learner.dispose()
})
