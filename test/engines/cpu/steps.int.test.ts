import { beforeAll, describe, expect, test } from 'vitest'
import { withLevers } from '../../../src/records/levers.ts'
import { averagingOver } from '../../../src/train/averaging.ts'
import type { Engine } from '../../../src/train/engine.ts'
import { cpuEngine, cpuFolder, missingCpu } from '../../support/tf-cpu.ts'
import { wasmEngine } from '../../support/tf-wasm.ts'
import {
  expectAlike,
  expectClose,
  image,
  imageRuns,
  levers,
  mlp,
  setups,
  start,
  trained,
} from '../../train/compiled-steps.ts'

if (cpuFolder === null) test('steps on the cpu engine', ({ skip }) => skip(missingCpu))
else
  describe('steps on the cpu engine', () => {
    let cpu: Engine
    let wasm: Engine
    beforeAll(async () => {
      ;[cpu, wasm] = [await cpuEngine(), await wasmEngine()]
    })

    describe('agree with the embedded engine, on', () => {
      test.each(setups)('%s', (_, setup) => {
        const found = trained(cpu, setup, 10)
        expectAlike(found, trained(wasm, setup, 10), 2e-3)
        expect(found.losses.every(Number.isFinite)).toBe(true)
      })
    })

    test('agree on images of one channel, by a trainer, with their evaluations', () => {
      const wanted = imageRuns(wasm)
      imageRuns(cpu).forEach(({ loss, nll }, i) => {
        expectClose(loss, wanted[i]?.loss ?? [], 1e-3)
        expectClose([nll], [wanted[i]?.nll ?? NaN], 1e-3)
      })
    })

    test('are the same bits however many a call takes, and in every run', () => {
      for (const setup of [mlp, { ...image, levers }, { ...mlp, averaging: averagingOver(100) }]) {
        const runs = [1, 4, 30].map((part) => trained(cpu, setup, 30, part))
        for (const run of runs) expect(run).toEqual(runs[0])
      }
    })

    test('diverge at a rate at which training diverges', () => {
      const training = start(cpu, { ...mlp, levers: withLevers(levers, { optimizer: 'sgd', clipNorm: null }) })
      expect(training.train(40, 8, 1e12).some((loss) => !Number.isFinite(loss))).toBe(true)
      training.dispose()
    })

    test('keep no tensors, over 2,000 steps', () => {
      const training = start(cpu, mlp)
      training.train(100, 50)
      const before = cpu.tf.memory().numTensors
      training.train(2000, 200)
      expect(cpu.tf.memory().numTensors).toBe(before)
      training.dispose()
    })
  })
