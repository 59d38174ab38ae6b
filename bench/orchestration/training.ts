import { spawn } from 'node:child_process'
import type { Layer } from '../../src/layers/layer.ts'
import { withLevers } from '../../src/records/levers.ts'
import type { RunJob, ModelWorkload } from '../../src/records/plan.ts'
import type { RunRequest } from '../../src/records/run.ts'
import type { EngineOrder, InitMessage } from '../../src/run/protocol.ts'
import { SharedData } from '../../src/run/shared-data.ts'
import { WorkerProcess } from '../../src/run/worker-process.ts'
import { median } from '../../src/stats/describe.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { someLevers } from '../../test/support/levers.ts'

/** Files of a worker: what it runs, and where the engine's binaries are. */
export interface WorkerFiles {
  readonly script: string
  readonly wasmFolder: string
}

const dense = (units: number, activation: 'relu' | 'linear'): Layer => ({ kind: 'dense', units, activation, useBias: true })
const models: Readonly<Record<string, readonly Layer[]>> = {
  'MLP 64-128-10': [{ kind: 'flatten' }, dense(128, 'relu'), dense(10, 'linear')],
  'CNN 8×8, conv of 16 filters, pool, dense': [
    { kind: 'conv2d', filters: 16, kernelSize: [3, 3], strides: [1, 1], padding: 'same', activation: 'relu', useBias: true },
    { kind: 'maxPooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' },
    { kind: 'flatten' },
    dense(10, 'linear'),
  ],
}

export const levers = withLevers(someLevers, { dropout: 0 })

/** Steps at one rate and no evaluation: what a step costs and nothing else. */
const steps = (count: number): RunJob => ({ kind: 'range-test', from: 0.001, to: 0.001, steps: count })
const asked = (job: RunJob, seed = 0): RunRequest => ({ stage: 'lr-range', label: 'bench', levers, seed, job })

/** Steps a second of one process by itself, and of two side by side together; the ratio is that of neighbouring turns. */
export interface Speed {
  readonly name: string
  readonly one: number
  readonly two: number
  readonly ratio: number
}

/**
 * One process alone and both at once in turns, so that a machine that is busy for a while slows both down; medians of seven
 * turns, after one that warms up; 400 steps each, or 2000 where they are compiled.
 */
export async function stepsPerSecond(
  files: WorkerFiles,
  data: TrainingData,
  engine: EngineOrder = embedded(files),
): Promise<Speed[]> {
  const count = engine.engine === 'wasm' ? 400 : 2000
  const found: Speed[] = []
  for (const [name, layers] of Object.entries(models)) {
    const workers = await Promise.all([0, 1].map(() => startedWorker(files, initOf(data, layers, engine))))
    const together = async (asked: readonly WorkerProcess[], seed: number): Promise<number> =>
      (await Promise.all(asked.map((worker) => speedOf(worker, count, seed)))).reduce((a, b) => a + b, 0)
    const turns: { readonly one: number; readonly two: number }[] = []
    for (let i = 0; i < 8; i++) turns.push({ one: await together(workers.slice(0, 1), i), two: await together(workers, i) })
    workers.forEach((worker) => worker.kill())
    const of = (value: (turn: (typeof turns)[number]) => number): number => median(turns.slice(1).map(value))
    found.push({ name, one: of(({ one }) => one), two: of(({ two }) => two), ratio: of(({ one, two }) => two / one) })
  }
  return found
}

async function startedWorker(files: WorkerFiles, init: InitMessage): Promise<WorkerProcess> {
  if (!('data' in init)) throw new Error('the benchmark trains models')
  const shared = new SharedData()
  try {
    return await new WorkerProcess(files.script, shared.descriptor).start({ ...init, data: shared.write(init.data) })
  } finally {
    shared.close()
  }
}

async function speedOf(worker: WorkerProcess, count: number, seed: number): Promise<number> {
  const trained = await worker.run(asked(steps(count), seed), 'a')
  if (!trained.ok) throw new Error(trained.died)
  if (trained.result.status !== 'complete') throw new Error(trained.result.reason)
  return trained.result.timing.stepsPerSecond
}

/**
 * Seconds from a worker's fork until it is ready and until its first step is done, and of a Node process that does nothing.
 */
export interface ColdStart {
  readonly ready: number
  readonly firstStep: number
  readonly bare: number
}

/** Medians of seven. */
export async function coldStart(
  files: WorkerFiles,
  data: TrainingData,
  engine: EngineOrder = embedded(files),
): Promise<ColdStart> {
  const samples: ColdStart[] = []
  for (let i = 0; i < 7; i++) {
    const start = performance.now()
    let ready = NaN
    const worker = await firstStep(files, data, engine, () => {
      ready = since(start)
    })
    const first = since(start)
    worker.kill()
    samples.push({ ready, firstStep: first, bare: await bareProcess() })
  }
  const of = (key: keyof ColdStart): number => median(samples.map((s) => s[key]))
  return { ready: of('ready'), firstStep: of('firstStep'), bare: of('bare') }
}

/** A new worker that has taken one step of the first model and waits for more. */
export async function firstStep(
  files: WorkerFiles,
  data: TrainingData,
  engine: EngineOrder,
  onReady: () => void = () => {},
): Promise<WorkerProcess> {
  const layers = Object.values(models)[0] ?? []
  const worker = await startedWorker(files, initOf(data, layers, engine))
  onReady()
  await worker.run(asked(steps(1)), 'a')
  return worker
}

function bareProcess(): Promise<number> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })
      .on('error', reject)
      .on('close', () => resolve(since(start)))
  })
}

const embedded = ({ wasmFolder }: WorkerFiles): EngineOrder => ({ engine: 'wasm', folder: wasmFolder })

function initOf(data: TrainingData, layers: readonly Layer[], engine: EngineOrder): InitMessage {
  const { inputs, inputShape, targets, targetScale, splits } = data
  const workload: ModelWorkload = {
    task: 'classification',
    layers,
    parameters: 0,
    objective: 'nll',
    evaluateEvery: 1,
    augmentation: { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 },
    data: {
      fingerprint: 'digits',
      inputShape,
      classes: [...'0123456789'],
      rows: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    },
  }
  return { type: 'init', ...engine, workload, data: { inputs, inputShape, targets, targetScale, splits } }
}

const since = (start: number): number => (performance.now() - start) / 1000
