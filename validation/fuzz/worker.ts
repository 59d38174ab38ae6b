import { parentPort, workerData } from 'node:worker_threads'
import { fuzz } from './campaign.ts'
import { targets } from './targets.ts'

const { target, cases, seed, at } = workerData as {
  readonly target: string
  readonly cases: number
  readonly seed: number
  readonly at: Int32Array
}
const found = targets.find(({ name }) => name === target)
if (!found) throw new Error(`no target ${target}`)
parentPort?.postMessage(await fuzz(found, cases, seed, (number) => Atomics.store(at, 0, number)))
