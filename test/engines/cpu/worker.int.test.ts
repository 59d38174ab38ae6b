import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withLevers } from '../../../src/records/levers.ts'
import { WorkerPool } from '../../../src/run/pool.ts'
import type { EngineOrder } from '../../../src/run/protocol.ts'
import type { TrainingData } from '../../../src/train/types.ts'
import { someLevers } from '../../support/levers.ts'
import { cpuFolder, missingCpu } from '../../support/tf-cpu.ts'
import { bundleWorker, type WorkerBundle } from '../../support/worker-bundle.ts'
import { complete, loadDigits, request, smallCnn, workloadOf } from '../../train/world.ts'

const levers = withLevers(someLevers, { epochs: 4, warmupSteps: 10, dropout: 0.1 })
const job = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true } as const

if (cpuFolder === null) test('a worker with the cpu engine', ({ skip }) => skip(missingCpu))
else
  describe('a worker with the cpu engine, from its bundle', () => {
    let bundle: WorkerBundle
    let data: TrainingData
    const pools: WorkerPool[] = []
    const notices: string[] = []
    const pool = async (order: EngineOrder): Promise<WorkerPool> => {
      const notice = (message: string): number => notices.push(message)
      const init = { type: 'init', ...order, workload: workloadOf(data, smallCnn), data } as const
      const started = await WorkerPool.start({ script: bundle.script, workers: 1, notice, init })
      pools.push(started)
      return started
    }
    const trainedOn = async (engine: string, folder: string) => {
      const started = await pool({ engine, folder })
      return { label: started.engine, run: complete(await started.run(request({ levers, job }), engine)) }
    }
    beforeAll(async () => {
      ;[bundle, data] = [await bundleWorker(), await loadDigits()]
    })
    afterAll(() => {
      for (const p of pools) p.close()
      bundle.remove()
    })

    test('trains to what the embedded engine comes to, and to the same bits in every process', async () => {
      const [found, again, wanted] = [
        await trainedOn('cpu', cpuFolder as string),
        await trainedOn('cpu', cpuFolder as string),
        await trainedOn('wasm', bundle.wasmFolder),
      ]
      expect(found.label).toBe('cpu 2')
      expect(again.run.weights).toBe(found.run.weights)
      expect(found.run.steps.learningRate).toEqual(wanted.run.steps.learningRate)
      for (const [i, loss] of found.run.steps.loss.entries())
        expect(Math.abs(loss - (wanted.run.steps.loss[i] ?? NaN))).toBeLessThan(0.01)
      const accuracies = [found, wanted].map(({ run }) => run.best?.test?.accuracy ?? NaN)
      expect(Math.abs((accuracies[0] ?? NaN) - (accuracies[1] ?? NaN))).toBeLessThan(0.02)
      expect(notices).toEqual([])
    })

    test('says that an engine does not load', async () => {
      await expect(pool({ engine: 'cpu', folder: '/nowhere' })).rejects.toThrow(
        /the cpu engine did not load: .*kernels\.node/,
      )
    })
  })
