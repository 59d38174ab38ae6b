import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAt } from '../../src/base/files.ts'
import type { Plan, ModelWorkload } from '../../src/records/plan.ts'
import type { RunRequest, RunResult, StepLog } from '../../src/records/run.ts'
import { execute } from '../../src/run/execute.ts'
import { Journal } from '../../src/run/journal.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import type { Runner } from '../../src/run/runner.ts'
import type { Stage } from '../../src/stages/stage.ts'
import type { VerifySettings } from '../../src/stages/verify.ts'
import { median } from '../../src/stats/describe.ts'
import { root } from '../../test/support/architecture.ts'
import { levers } from './training.ts'

/** Who does nothing: a function, a function that answers with the log of a real run, a child process. */
export type Idler = 'function' | 'function with logs' | 'process'

export interface Orchestration {
  readonly runs: number
  /** Milliseconds of wall-clock and of this process's processor time for each run. */
  readonly wall: number
  readonly cpu: number
  /** Of this process, in bytes, garbage collected; before the study and after it, the journal still open. */
  readonly heap: readonly [before: number, after: number]
  readonly resident: readonly [before: number, after: number]
}

export interface Setting {
  readonly runs: number
  readonly idler: Idler
  /** Runs that a stage asks for at a time; as many as a real one does for a grid over seeds where it is left out. */
  readonly together?: number
  /** The study was executed before: every run is found in its journal. */
  readonly again?: boolean
}

const stepsOfARealRun = 340

const workload: ModelWorkload = {
  task: 'classification',
  layers: [],
  parameters: 0,
  objective: 'nll',
  evaluateEvery: 1,
  augmentation: { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 },
  data: { fingerprint: 'none', rows: { train: 1, validation: 1, test: 1 }, inputShape: [1], classes: ['0', '1'] },
}

/** A study of one stage whose runs train nothing, all journaled in `folder`. `collect` collects garbage. */
export async function orchestration(folder: string, setting: Setting, collect: () => void): Promise<Orchestration> {
  const { runs, idler, together = 50, again = false } = setting
  const runner = await runnerOf(idler)
  const path = join(folder, `${idler}-${together}-${runs}.jsonl`)
  const header = { journal: 1, workload: 'p', spec: 's', data: 'd', engine: runner.engine } as const
  const journal = await Journal.open(path, header, { fresh: !again })
  if (again && journal.size !== runs) throw new Error('the study has not been executed before')
  const before = memory(collect)
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const stages = stagesOf(runs, together)
  await execute(planOf(runs), { stages, runner, journal, clock: () => performance.now(), listener: () => {} })
  const [wall, used] = [performance.now() - start, process.cpuUsage(cpu)]
  const after = memory(collect)
  if (journal.size !== runs) throw new Error(`${journal.size} of ${runs} runs are in the journal`)
  await journal.close()
  if (runner instanceof WorkerPool) runner.close()
  return {
    runs,
    wall: wall / runs,
    cpu: (used.user + used.system) / 1000 / runs,
    heap: [before.heapUsed, after.heapUsed],
    resident: [before.rss, after.rss],
  }
}

/** Milliseconds of one line written and synced by itself: what a journal without group commit would pay for each run. */
export async function syncTime(folder: string): Promise<number> {
  const file = await open(join(folder, 'sync'), 'w')
  const times: number[] = []
  const line = Buffer.alloc(1000, 'x')
  for (let i = 0; i < 200; i++) {
    const start = performance.now()
    await writeAt(file, line, i * line.length)
    await file.datasync()
    times.push(performance.now() - start)
  }
  await file.close()
  return median(times)
}

async function runnerOf(idler: Idler): Promise<Runner> {
  if (idler !== 'process') {
    const log = idler === 'function' ? logOf(1) : logOf(stepsOfARealRun)
    return { engine: 'none', slots: 2, run: async (request, id) => nothing(request, id, log) }
  }
  return WorkerPool.start({
    script: join(root, 'test/support/worker-scripted.ts'),
    workers: 1,
    notice: (text) => {
      throw new Error(text)
    },
    init: {
      type: 'init',
      engine: 'wasm',
      folder: '',
      workload,
      data: {
        inputs: new Float32Array(1),
        inputShape: [1],
        targets: new Float32Array(1),
        targetScale: null,
        splits: { train: new Int32Array(1), validation: new Int32Array(1), test: new Int32Array(1) },
      },
    },
  })
}

function nothing(request: RunRequest, id: string, steps: StepLog): RunResult {
  return {
    id,
    request,
    engine: 'none',
    status: 'complete',
    probe: null,
    weights: '',
    evaluations: [],
    steps,
    best: { step: 1, epoch: 1, validation: { nll: 0.5 }, test: null },
    timing: { seconds: 0.001, stepsPerSecond: 1000 },
  }
}

/** Values of six digits, as a trainer rounds them. */
function logOf(steps: number): StepLog {
  const values = (scale: number): number[] =>
    Array.from({ length: steps }, (_, i) => Number((scale / (i + 1)).toPrecision(6)))
  const gradientNorm = values(1.7)
  return { loss: values(2.3), learningRate: values(0.001), gradientNorm, clipped: gradientNorm.map((norm) => norm > 1) }
}

function planOf(runs: number): Plan {
  const settings: VerifySettings = { stage: 'verify', seeds: 1, looks: [1] }
  return {
    version: 1,
    name: 'bench',
    fingerprint: 'p',
    specFingerprint: 's',
    seed: 0,
    workload,
    baseline: levers,
    gates: [],
    jobs: [
      {
        id: 'verify',
        needs: [],
        fingerprint: 'v',
        settings,
        templates: [],
        estimate: { runs, steps: runs },
      },
    ],
    budget: { minutes: null, trials: null, reservedForVerification: 0 },
  }
}

/** Every run has a seed of its own, so none is like another. */
function stagesOf(runs: number, together: number): Readonly<Record<Plan['jobs'][number]['id'], Stage>> {
  const stage: Stage = function* ({ incumbent }) {
    for (let seed = 0; seed < runs; seed += together) {
      yield Array.from(
        { length: Math.min(together, runs - seed) },
        (_, i): RunRequest => ({
          stage: 'verify',
          label: 'nothing',
          levers: incumbent,
          seed: seed + i,
          job: { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false },
        }),
      )
    }
    return {
      stage: 'verify',
      levers: incumbent,
      conclusion: 'kept',
      summary: '',
      lineage: [],
      comparisons: [],
      findings: { stage: 'schedule' },
      omissions: [],
      runs: [],
    }
  }
  return { 'lr-range': stage, batch: stage, regularize: stage, schedule: stage, verify: stage }
}

function memory(collect: () => void): NodeJS.MemoryUsage {
  collect()
  return process.memoryUsage()
}
