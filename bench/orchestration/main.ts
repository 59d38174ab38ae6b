// `npm run bench` measures how fast training is and what a study costs beside it, each figure with its goal:
//
//   steps a second of two models · a worker's cold start to its first step · orchestration time a run, journal on
//
// Times differ from machine to machine, ratios within one print do not much. It only prints: no figure makes it fail.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadDataset } from '../../src/data/load.ts'
import { digitImages } from '../../test/support/digits.ts'
import { bundleWorker, type WorkerBundle } from '../../test/support/worker-bundle.ts'
import { orchestration, syncTime, type Orchestration, type Setting } from './orchestration.ts'
import { row, title } from './print.ts'
import { coldStart, stepsPerSecond } from './training.ts'

const sizes = [1000, 2000, 5000, 10_000]

async function training(worker: WorkerBundle): Promise<void> {
  const data = await loadDataset(digitImages)
  title('Training on wasm: digits, batch 64, AdamW, clipping by global norm; one process')
  for (const { name, one, ratio } of await stepsPerSecond(worker, data)) {
    row(name, `${one.toFixed(0)} steps/s; two processes at once give ${ratio.toFixed(2)} times that`)
  }
  const cold = await coldStart(worker, data)
  title('A worker process, from its fork')
  row('until its first step is done', s(cold.firstStep), { goal: '≤ 0.5 s', met: cold.firstStep <= 0.5 })
  row('until it is ready', s(cold.ready))
  const times = (cold.firstStep / cold.bare).toFixed(1)
  row('a Node process that does nothing', `${s(cold.bare)}; the first step takes ${times} times as long`)
}

async function orchestrating(folder: string): Promise<void> {
  const collect = garbageCollector()
  const measure = (setting: Setting): Promise<Orchestration> => orchestration(folder, setting, collect)
  const sync = await syncTime(folder)
  title('Orchestration: runs that train nothing, each in the journal and synced before it counts')
  row('one line written and synced by itself', `${ms(sync)}; what each run would pay if syncs were not shared`)
  // The first study compiles the code.
  await measure({ runs: 3000, idler: 'function' })
  const found: Orchestration[] = []
  for (const runs of sizes) {
    const one = await measure({ runs, idler: 'function' })
    found.push(one)
    row(`${runs} runs`, `${cost(one)}; ${resident(one)}`, atMostHalf(one))
  }
  growth(found)
  const again = await measure({ runs: 10_000, idler: 'function', again: true })
  row('10000 runs, found in the journal', cost(again), atMostHalf(again))
  const child = await measure({ runs: 10_000, idler: 'process' })
  row('10000 runs, by one child process', `${cost(child)}; ${resident(child)}`, atMostHalf(child))
  const alone = await measure({ runs: 1000, idler: 'function', together: 1 })
  // No stage asks like this. Nothing can be shared, so it is a matter of the disk: no goal.
  row('1000 runs, asked for one by one', `${cost(alone)}; ${(alone.wall / sync).toFixed(1)} times one sync`)
  const long = await measure({ runs: 2000, idler: 'function with logs' })
  row('2000 runs with logs of 340 steps', cost(long), atMostHalf(long))
}

/** Linear in time, flat in memory: the largest study against the smallest. */
function growth(found: readonly Orchestration[]): void {
  const [first, last] = [found[0], found.at(-1)]
  if (!first || !last) throw new Error('nothing was measured')
  // On the processor: the wall clock also counts what else the machine does.
  const time = last.cpu / first.cpu
  const linear = { goal: '≤ 1.25', met: time <= 1.25 }
  row(`a run of ${last.runs} against one of ${first.runs}`, `${time.toFixed(2)} times the processor time`, linear)
  const kept = (last.heap[1] - last.heap[0]) / last.runs
  row('memory that a finished run keeps', `${Math.round(kept)} bytes`, { goal: '≤ 1024', met: kept <= 1024 })
}

/** Node's own, which has no name until it is asked for. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

const s = (value: number): string => `${value.toFixed(3)} s`
const ms = (value: number): string => `${value.toFixed(3)} ms`
const cost = ({ wall, cpu }: Orchestration): string => `${ms(wall)} a run, ${ms(cpu)} of it on the processor`
const mib = (bytes: number): number => Math.round(bytes / 2 ** 20)
const resident = (one: Orchestration): string => `resident ${one.resident.map(mib).join(' → ')} MiB`
const atMostHalf = ({ wall }: Orchestration) => ({ goal: '≤ 0.5 ms', met: wall <= 0.5 })

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const worker = await bundleWorker()
try {
  title(`${cpus().length} × ${cpus()[0]?.model ?? 'an unknown processor'}, Node ${process.version}`)
  await training(worker)
  await orchestrating(folder)
} finally {
  worker.remove()
  rmSync(folder, { recursive: true, force: true })
}
