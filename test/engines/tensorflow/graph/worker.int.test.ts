import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withLevers } from '../../../../src/records/levers.ts'
import type { RunJob } from '../../../../src/records/plan.ts'
import type { RunResult } from '../../../../src/records/run.ts'
import { WorkerPool } from '../../../../src/run/pool.ts'
import type { EngineOrder } from '../../../../src/run/protocol.ts'
import type { TrainingData } from '../../../../src/train/types.ts'
import { someLevers } from '../../../support/levers.ts'
import { missingNative, nativeFolder } from '../../../support/tf-native.ts'
import { bundleWorker, type WorkerBundle } from '../../../support/worker-bundle.ts'
import { complete, loadDigits, request, smallCnn, workloadOf } from '../../../train/world.ts'

const levers = withLevers(someLevers, { epochs: 4, warmupSteps: 10, dropout: 0.1 })
const range: Extract<RunJob, { kind: 'range-test' }> = { kind: 'range-test', from: 1e-5, to: 1e3, steps: 120 }

if (nativeFolder === null) test('a worker with the native engine', ({ skip }) => skip(missingNative))
else
  describe('a worker with the native engine, from its bundle', () => {
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
    let native: WorkerPool
    let embedded: WorkerPool
    beforeAll(async () => {
      ;[bundle, data] = [await bundleWorker(), await loadDigits()]
      ;[native, embedded] = [
        await pool({ engine: 'tensorflow', folder: nativeFolder as string }),
        await pool({ engine: 'wasm', folder: bundle.wasmFolder }),
      ]
    })
    afterAll(() => {
      for (const p of pools) p.close()
      bundle.remove()
    })

    const both = async (over: Parameters<typeof request>[0]): Promise<[RunResult, RunResult]> => [
      await native.run(request(over), 'native'),
      await embedded.run(request(over), 'embedded'),
    ]

    test('says which engine it is', () => {
      expect(native.engine).toMatch(/^tensorflow \d+\.\d+\.\d+ tfjs-node \d+\.\d+\.\d+ compiled onednn$/)
    })

    test('trains to what the embedded engine comes to, and to the same bits in every process', async () => {
      const [found, wanted] = (
        await both({ levers, job: { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true } })
      ).map(complete)
      if (!found?.best || !wanted?.best) throw new Error('a run without a best checkpoint')
      expect(found.steps.learningRate).toEqual(wanted.steps.learningRate)
      expect(found.evaluations.map((e) => e.step)).toEqual(wanted.evaluations.map((e) => e.step))
      for (const [i, loss] of found.steps.loss.entries())
        expect(Math.abs(loss - (wanted.steps.loss[i] ?? NaN))).toBeLessThan(0.01)
      expect(Math.abs((found.best.test?.accuracy ?? 0) - (wanted.best.test?.accuracy ?? 1))).toBeLessThan(0.02)
      const again = await pool({ engine: 'tensorflow', folder: nativeFolder as string })
      expect(
        complete(
          await again.run(request({ levers, job: { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true } }), 'again'),
        ).weights,
      ).toBe(found.weights)
    })

    test('ends a range test, a divergence and patience where the embedded engine does', async () => {
      const jobs = [
        { levers: withLevers(levers, { dropout: 0, clipNorm: null }), job: range },
        { levers: withLevers(levers, { dropout: 0, clipNorm: null, optimizer: 'sgd', learningRate: 1e18, warmupSteps: 0 }) },
        { levers: withLevers(levers, { dropout: 0, patience: 1, learningRate: 1e-7, epochs: 12 }) },
      ] as const
      for (const job of jobs) {
        const [found, wanted] = await both(job)
        expect(found.status).toBe(wanted.status)
        expect(found.evaluations.map((e) => e.step)).toEqual(wanted.evaluations.map((e) => e.step))
        // Beyond the edge of stability the engines' last bits grow into steps.
        expect(Math.abs(found.steps.loss.length - wanted.steps.loss.length)).toBeLessThanOrEqual('job' in job ? 3 : 0)
        if ('job' in job) expect(found.steps.loss.length).toBeLessThan(range.steps)
        if (found.status === 'diverged' && wanted.status === 'diverged') expect(found.atStep).toBe(wanted.atStep)
      }
    })

    test('probes', async () => {
      const [found, wanted] = (await both({ levers, job: { kind: 'probe', steps: 30, memoryMiB: 1e6 } })).map(complete)
      expect(found?.probe?.examplesPerSecond).toBeGreaterThan(0)
      const [scale, other] = [found?.probe?.noiseScale ?? NaN, wanted?.probe?.noiseScale ?? NaN]
      expect(Math.abs(scale / other - 1)).toBeLessThan(0.1)
      expect(notices).toEqual([])
    })

    test('says where an engine is that is none', async () => {
      await expect(pool({ engine: 'tensorflow', folder: '/nowhere' })).rejects.toThrow(/native engine is not installed/)
    })
  })
