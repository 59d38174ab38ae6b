import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { withLevers } from '../../src/records/levers.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import { SharedData } from '../../src/run/shared-data.ts'
import { WorkerProcess } from '../../src/run/worker-process.ts'
import type { InitMessage, StepsSoFar } from '../../src/run/protocol.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { root } from '../support/architecture.ts'
import { someLevers } from '../support/levers.ts'
import { node24 } from '../support/runner.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'
import type { StudyConfig } from '../support/worker-study.ts'
import { complete, loadDigits, mlp, request, trainerFor, workloadOf } from '../train/world.ts'
import { folder, isAlive, journalIn, probe, until } from './runs.ts'

let digits: TrainingData
let bundle: WorkerBundle
beforeAll(async () => {
  ;[digits, bundle] = await Promise.all([loadDigits(), bundleWorker()])
})
afterAll(() => bundle.remove())

const init = (): InitMessage => ({
  type: 'init',
  engine: 'wasm',
  folder: bundle.wasmFolder,
  workload: workloadOf(digits, mlp),
  data: digits,
})
const twoEpochs = withLevers(someLevers, { epochs: 2 })

async function start(workers: number): Promise<WorkerPool> {
  const pool = await WorkerPool.start({
    script: bundle.script,
    workers,
    init: init(),
    notice: (text) => {
      throw new Error(text)
    },
  })
  onTestFinished(() => pool.close())
  return pool
}

/** The most resident memory that a process had, in bytes. */
const peakOf = (pid: number): number =>
  1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

describe('the real worker', () => {
  it('tells of a long run how far it is, which changes nothing about its result', async () => {
    const pool = await start(1)
    const asked = request({ levers: withLevers(someLevers, { epochs: 300 }) })
    const told: StepsSoFar[] = []
    const heard = complete(await pool.run(asked, 'long', { onProgress: (soFar) => told.push(soFar) }))
    const steps = heard.steps.loss.length
    expect(told.length).toBeGreaterThan(0)
    for (const { step, of, loss } of told) {
      expect([step >= 1 && step <= steps, of]).toEqual([true, steps])
      expect(loss).toBeCloseTo(heard.steps.loss[step - 1] ?? Number.NaN, 4)
    }
    expect(complete(await pool.run(asked, 'long')).weights).toBe(heard.weights)
  })

  it.runIf(process.platform === 'linux')('needs little more memory for its data than the data have', async () => {
    const peakWith = async (rows: number): Promise<number> => {
      const width = 64
      const ascending = (from: number, length: number) => Int32Array.from({ length }, (_, i) => from + i)
      const data: TrainingData = {
        inputs: new Float32Array(rows * width).fill(0.5),
        inputShape: [width],
        targets: new Float32Array(rows),
        targetScale: null,
        splits: {
          train: ascending(0, rows - 200),
          validation: ascending(rows - 200, 100),
          test: ascending(rows - 100, 100),
        },
      }
      const shared = new SharedData()
      const worker = new WorkerProcess(bundle.script, shared.descriptor)
      await worker.start({ ...init(), workload: workloadOf(digits, mlp), data: shared.write(data) })
      shared.close()
      const peak = peakOf(worker.pid ?? 0)
      worker.kill()
      return peak
    }
    const [small, large] = [await peakWith(1000), await peakWith(801_000)]
    const bytes = 800_000 * 65 * 4
    expect((large - small) / bytes).toBeLessThan(1.3)
  })

  it('trains the same bits in two processes and in this one, whatever was trained before', async () => {
    const pool = await start(2)
    const asked = request({ levers: twoEpochs, seed: 4 })
    const results = await Promise.all([
      pool.run(request({ levers: twoEpochs, seed: 5 }), 'a'),
      pool.run(asked, 'b'),
      pool.run(asked, 'b'),
      pool.run(asked, 'b'),
    ])
    const here = complete((await trainerFor(digits, mlp)).run(asked, 'b'))
    const timeless = { ...here, timing: null }
    for (const result of results.slice(1)) expect({ ...result, timing: null }).toEqual(timeless)
    expect(complete(results[0]).weights).not.toBe(here.weights)
    expect(pool.engine).toBe(here.engine)
  })

  it('makes a crashed run of what cannot be trained, and goes on', async () => {
    const pool = await start(1)
    const impossible = { ...request({ levers: twoEpochs }), job: { kind: 'nonsense' } } as never
    expect(await pool.run(impossible, 'a')).toMatchObject({
      status: 'crashed',
      id: 'a',
      reason: expect.stringContaining('nonsense') as string,
    })
    expect((await pool.run(request({ levers: twoEpochs }), 'b')).status).toBe('complete')
  })

  it('probes in a process of its own, and refuses what is over the limit', async () => {
    const pool = await start(1)
    const fits = complete(await pool.run(request({ job: probe(4096) }), 'a'))
    expect(fits.probe?.peakMemoryMiB).toBeGreaterThan(50)
    expect(fits.probe?.peakMemoryMiB).toBeLessThan(1024)
    expect(await pool.run(request({ job: probe(60) }), 'b')).toMatchObject({
      status: 'crashed',
      reason: expect.stringMatching(/needs more memory than the limit: \d+ MiB(, limit| of) 60 MiB/) as string,
    })
  })

  it('says what is missing where the engine cannot start', async () => {
    const broken = { ...init(), folder: '/nowhere' }
    await expect(
      WorkerPool.start({ script: bundle.script, workers: 2, init: broken, notice: () => {} }),
    ).rejects.toMatchObject({
      diagnostics: [expect.objectContaining({ code: 'engine/wasm-unusable' })],
    })
  })

  it('explains itself when a person starts it', async () => {
    const child = spawn(node24, [bundle.script], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2)
    expect(said).toContain('started by a study')
  })

  it.skipIf(process.platform !== 'linux')('does not outlive its study, even in the middle of a long run', async () => {
    const where = folder()
    const config = join(where, 'config')
    writeFileSync(
      config,
      serialize({
        journal: journalIn(where),
        out: join(where, 'out'),
        label: 'long',
        epochs: 100_000,
        script: bundle.script,
        init: init(),
      } satisfies StudyConfig),
    )
    const study = spawn(node24, [join(root, 'test/support/worker-study.ts'), config], { stdio: 'inherit' })
    onTestFinished(() => {
      study.kill('SIGKILL')
    })
    const children = (): number[] =>
      readFileSync(`/proc/${study.pid}/task/${study.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
    await until(() => children().length === 2)
    const workers = children()
    // In the middle of a run: its own processor time goes up.
    const ticks = (pid: number): number => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[11])
    await until(() => workers.every((pid) => ticks(pid) > 60), 20_000)
    study.kill('SIGINT')
    study.kill('SIGKILL')
    await until(() => workers.every((pid) => !isAlive(pid)), 3000)
  })
})
