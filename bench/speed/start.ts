import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { loadDataset } from '../../src/data/load.ts'
import { nativeEnvironment } from '../../src/engines/tensorflow/install/layout.ts'
import { median } from '../../src/stats/describe.ts'
import { root } from '../../test/support/architecture.ts'
import { digitImages } from '../../test/support/digits.ts'
import type { EngineOrder } from '../../src/run/protocol.ts'
import { kernelFolder } from '../engines/native-folder.ts'
import { row, title } from '../orchestration/print.ts'
import { firstStep } from '../orchestration/training.ts'
import { inTurns, processorOf, ratioOf } from './processor.ts'

const goal = 1.3

/** Opens the library as Node opens an addon, with nothing around it; prints the processor seconds of its process. */
const loading = `
const library = { exports: {} }
process.dlopen(library, process.argv[1])
const { user, system } = process.cpuUsage()
console.log((user + system) / 1e6)`

/** The same with the JavaScript of tfjs-node, which every step goes through. */
const loadingAll = `
Object.assign(require('node:util'), { isNullOrUndefined: (v) => v == null, isArray: Array.isArray })
require(process.argv[1])
const { user, system } = process.cpuUsage()
console.log((user + system) / 1e6)`

/** What a worker costs before it trains. */
export async function start(native: string, rounds: number): Promise<void> {
  title('A worker from its start to its first native step, processor time')
  const data = await loadDataset(digitImages)
  const files = { script: join(root, 'dist/worker/index.js'), wasmFolder: join(root, 'dist/worker') }
  const tfjs = join(native, 'node_modules/@tensorflow/tfjs-node')
  const alone = (script: string, argument: string): number => {
    const env = { ...process.env, ...nativeEnvironment }
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script, argument], { encoding: 'utf8', env })
    if (status !== 0) throw new Error(stderr)
    return Number(stdout)
  }
  const kernels = await kernelFolder()
  const worker = async (engine: EngineOrder): Promise<number> => {
    const started = await firstStep(files, data, engine)
    const seconds = processorOf(started.pid ?? NaN)
    started.kill()
    return seconds
  }
  const found = await inTurns(rounds, {
    library: () => alone(loading, join(tfjs, 'lib/napi-v8/tfjs_binding.node')),
    tfjs: () => alone(loadingAll, tfjs),
    worker: () => worker({ engine: 'tensorflow', folder: native }),
    cpu: async () => (kernels === null ? NaN : await worker({ engine: 'cpu', folder: kernels })),
  })
  const ratio = ratioOf(found.worker, found.library)
  const seconds = `${median(found.worker).toFixed(2)} s, the library alone ${median(found.library).toFixed(2)} s`
  row('to the library alone', `${ratio.toFixed(2)}×; ${seconds}`, { goal: `≤ ${goal}×`, met: ratio <= goal })
  const own = ratioOf(found.cpu, found.library)
  row('the engine cpu, to the same library alone', `${own.toFixed(2)}×; ${median(found.cpu).toFixed(2)} s`, {
    goal: `≤ ${goal}×`,
    met: own <= goal,
  })
  row('to the library with the JavaScript around it', `${ratioOf(found.worker, found.tfjs).toFixed(2)}×`)
}
