import { beforeAll, describe, expect, test } from 'vitest'
import { withLevers } from '../../../../src/records/levers.ts'
import { averagingOver } from '../../../../src/train/averaging.ts'
import { batchSource } from '../../../../src/train/batches.ts'
import { createLearner } from '../../../../src/train/learner.ts'
import type { Tf } from '../../../../src/layers/forward.ts'
import type { Engine } from '../../../../src/train/engine.ts'
import { missingNative, nativeEngine, nativeFolder } from '../../../support/tf-native.ts'
import { wasmEngine } from '../../../support/tf-wasm.ts'
import {
  dataOf,
  expectAlike,
  expectClose,
  image,
  imageRuns,
  levers,
  mlp,
  none,
  setups,
  start,
  type Trained,
  trained,
} from '../../../train/compiled-steps.ts'

if (nativeFolder === null) test('compiled steps', ({ skip }) => skip(missingNative))
else
  describe('compiled steps', () => {
    let eager: Engine
    let compiled: Engine
    const embedded = new Map<string, Trained>()
    let embeddedImages: ReturnType<typeof imageRuns> = []
    beforeAll(async () => {
      // The tensor library has one engine at work in a process: wasm does all of its part first.
      const wasm = await wasmEngine()
      for (const [name, setup] of setups) embedded.set(name, trained(wasm, setup, 10))
      embeddedImages = imageRuns(wasm)
      compiled = await nativeEngine(true)
      const { compile: _, ...rest } = compiled
      eager = rest
    })

    describe('agree with steps op by op, and with the embedded engine, on', () => {
      test.each(setups)('%s', (name, setup) => {
        const fast = trained(compiled, setup, 10)
        expectAlike(fast, trained(eager, setup, 10), 1e-4)
        expectAlike(fast, embedded.get(name) as Trained, 2e-3)
      })
    })

    test('agree after 100 steps', () => {
      expectAlike(trained(compiled, mlp, 100, 40), trained(eager, mlp, 100), 1e-3)
    })

    test('are the same bits however many a call takes, and in every run', () => {
      for (const setup of [mlp, { ...image, levers }, { ...mlp, averaging: averagingOver(100) }]) {
        const runs = [1, 4, 30].map((part) => trained(compiled, setup, 30, part))
        for (const run of runs) expect(run).toEqual(runs[0])
      }
    })

    test('are the same bits with and without an average beside them', () => {
      for (const setup of [mlp, { ...image, levers }]) {
        const plain = trained(compiled, setup, 30)
        const { averages, ...beside } = trained(compiled, { ...setup, averaging: averagingOver(100) }, 30)
        expect({ ...beside, averages: [] }).toEqual(plain)
        expect(averages.length).toBe(1 + plain.statistics.length)
      }
    })

    test('serve runs of other seeds and rates as if they had been recorded for them', () => {
      const first = start(compiled, mlp, 0)
      first.train(6)
      const later = createLearner(first.context, levers, 7)
      const batches = batchSource(first.context.data, { task: 'classification', width: 3, levers, augmentation: none }, 7)
      const losses = later.advance(batches, 0, [0.02, 0.01, 0.03]).map((report) => report.loss)
      const own = start(compiled, mlp, 7)
      const wanted = own.learner.advance(batches, 0, [0.02, 0.01, 0.03]).map((report) => report.loss)
      expect(losses).toEqual(wanted)
      expect(later.checkpoint()).toEqual(own.learner.checkpoint())
      later.dispose()
      for (const training of [first, own]) training.dispose()
    })

    test('take a first convolution as a product where nothing augments, and come to what the embedded engine does', () => {
      const found = imageRuns(compiled)
      expect(found.length).toBe(2)
      found.forEach(({ loss, nll }, i) => {
        expectClose(loss, embeddedImages[i]?.loss ?? [], 1e-3)
        expectClose([nll], [embeddedImages[i]?.nll ?? NaN], 1e-3)
      })
      expect(found[0]?.loss).not.toEqual(found[1]?.loss)
    })

    test('have a fresh dropout mask in every step', () => {
      const training = start(compiled, {
        ...mlp,
        levers: withLevers(levers, { batchSize: 40, dropout: 0.5, weightDecay: 0 }),
      })
      const losses = training.train(12, 12, 0)
      expect(new Set(losses).size).toBe(12)
      training.dispose()
    })

    test('keep no tensors, over 10,000 steps', () => {
      const { tf } = compiled
      const training = start(compiled, mlp)
      training.train(100, 50)
      const before = tf.memory()
      training.train(10_000, 200)
      expect(tf.memory().numTensors).toBe(before.numTensors)
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers)
      training.dispose()
    })

    test('keep no tensors of the steps that were recorded, with running statistics', () => {
      const { tf } = compiled
      const before = tf.memory().numTensors
      const training = start(compiled, { ...image, levers })
      training.train(3)
      expect(training.notices).toEqual([])
      training.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })

    test('end where the caller wants, in the state of that step', () => {
      const [short, long] = [start(compiled, mlp), start(compiled, mlp)]
      short.train(5, 5)
      const data = dataOf(mlp)
      const batches = batchSource(data, { task: 'classification', width: 3, levers, augmentation: none }, 0)
      let seen = 0
      const reports = long.learner.advance(
        batches,
        0,
        Array.from({ length: 20 }, (_, i) => 0.01 * (1 + (i % 3))),
        () => ++seen < 5,
      )
      expect(reports).toHaveLength(5)
      expect(long.learner.checkpoint()).toEqual(short.learner.checkpoint())
      short.dispose()
      long.dispose()
    })

    test('are refused by the name of the layer that reads values back, and run op by op', () => {
      const reading = {
        ...compiled.tf,
        relu: (x: Parameters<Tf['relu']>[0]) => {
          ;(x as { dataSync(): unknown }).dataSync()
          return compiled.tf.relu(x)
        },
      } as Tf
      const training = start(compiled, { ...mlp, tf: reading })
      const losses = training.train(10)
      expect(training.notices).toEqual([
        expect.stringMatching(/op at a time.*layer 0\.dense cannot be compiled.*reads values back/),
      ])
      expect(training.learner.chunk).toBe(1)
      expect(losses).toEqual(start(eager, mlp).train(10))
      training.dispose()
    })

    test('are refused where JavaScript draws numbers of its own in each', () => {
      let drawn = 0
      const drawing = {
        ...compiled.tf,
        relu: (x: Parameters<Tf['relu']>[0]) => compiled.tf.mul(compiled.tf.relu(x), (drawn += 0.1)),
      } as Tf
      const training = start(compiled, { ...mlp, tf: drawing })
      training.train(3)
      expect(training.notices).toEqual([expect.stringContaining('not alike')])
      training.dispose()
    })
  })
