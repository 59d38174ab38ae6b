import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import type { StageName } from '../../src/records/plan.ts'
import { decideStage, gateStudy, planStudy, trainShard, type FanOut } from '../../src/study/fan-out.ts'
import { engineHere } from '../../src/study/engine.ts'
import type { StudyOptions } from '../../src/study/options.ts'
import { runStudy } from '../../src/study/run-study.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { root } from '../support/architecture.ts'
import { fanOut, memoryExchange } from '../support/fan-out.ts'
import { needs } from '../support/tools.ts'
import { bundleScript } from '../support/worker-bundle.ts'

const scratch = mkdtempSync(join(tmpdir(), 'tunegate-script-fan-out-'))
const workerScript = join(scratch, 'worker/index.mjs')
beforeAll(() => bundleScript('src/worker.ts', workerScript))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const spec = `version: 1
name: tiny
task: classification
trainer:
  command: [python3, tiny.py]
  levers: { learningRate: lr, weightDecay: wd }
  env: [PYTHONPATH, NOISE]
  timeout: { start: 2m, silence: 2m, run: 5m }
levers:
  optimization: { learningRate: 0.02 }
stages:
  - regularize: { grid: { weightDecay: [0, 0.3] }, explore: 4, seeds: 2 }
  - verify: { seeds: 4 }
gates:
  - regression: { metric: accuracy, margin: 0.1, split: test }
`
const stages: readonly StageName[] = ['regularize', 'verify']

function checkout(context: TestContext, text = spec): string {
  needs(context, 'python3')
  const folder = mkdtempSync(join(scratch, 'checkout-'))
  copyFileSync(join(root, 'test/support/trainers/tiny.py'), join(folder, 'tiny.py'))
  writeFileSync(join(folder, 'tuning.yml'), text)
  return folder
}

const options = (folder: string, more: Partial<StudyOptions> = {}): StudyOptions => ({
  specPath: join(folder, 'tuning.yml'),
  workspace: folder,
  outDir: join(folder, 'out'),
  workers: 2,
  engine: engineHere('auto', dirname(workerScript)),
  workerScript,
  listener: () => {},
  startedAt: null,
  clock: () => performance.now(),
  env: { PATH: process.env['PATH'], PYTHONPATH: join(root, 'python/src'), NOISE: '' },
  ...more,
})

const lockIn = (folder: string): string => readFileSync(join(folder, 'out/tuning.lock.json'), 'utf8')

/** The jobs of a workflow, each as if on its own machine: no job has files of another. */
async function jobs(context: TestContext, fan: FanOut, text = spec, env: Readonly<Record<string, string>> = {}) {
  const events: RunEvent[] = []
  const machine = (): StudyOptions => {
    const own = options(checkout(context, text), { listener: (event) => events.push(event) })
    return { ...own, env: { ...own.env, ...env } }
  }
  let { shards } = await planStudy(machine(), fan)
  for (const stage of stages) {
    for (const shard of shards) {
      const [index = 1, of = 1] = shard.split('/').map(Number)
      await trainShard(machine(), fan, stage, { index, of })
    }
    shards = await decideStage(machine(), fan, stage)
  }
  const last = machine()
  const study = await gateStudy(last, fan)
  return { study, lock: lockIn(dirname(last.specPath)), events }
}

describe('a study of a training script', () => {
  let alone = ''

  it('has the same lock with one worker, with two, and when it is continued', async (context) => {
    const [one, two] = [checkout(context), checkout(context)]
    await runStudy(options(one, { workers: 1 }))
    await runStudy(options(two))
    alone = lockIn(one)
    expect(lockIn(two)).toBe(alone)
    await runStudy(options(two))
    expect(lockIn(two)).toBe(alone)
    expect(JSON.parse(alone)).toMatchObject({ trainer: { measured: 'from predictions', deterministic: 'bitwise' } })
  })

  it('has it too when it is spread over jobs, which know what the first of them found', async (context) => {
    const { lock, events } = await jobs(context, fanOut(memoryExchange()))
    expect(lock).toBe(alone)
    const trained = events.flatMap((e) => (e.type === 'run-finished' && !e.cached ? [e.result.id] : []))
    expect(new Set(trained).size).toBe(trained.length)
  })

  it('compares no seeds in pairs in any job if equal runs differ', async (context) => {
    const { study, lock } = await jobs(context, fanOut(memoryExchange()), spec, { NOISE: '1' })
    expect(JSON.parse(lock)).toMatchObject({ trainer: { deterministic: 'different' } })
    expect(study?.report.verdict.gates[0]?.rule).toMatchObject({ gate: 'regression', paired: false })
  })

  it('ends in the first job if it must repeat itself and does not', async (context) => {
    const strict = spec.replace('  timeout', '  deterministic: require\n  timeout')
    await expect(jobs(context, fanOut(memoryExchange()), strict, { NOISE: '1' })).rejects.toThrow(
      /two equal runs of the script do not have equal losses/,
    )
  })
})
