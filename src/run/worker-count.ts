import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import type { RunResult } from '../records/run.ts'

/** What workers share. */
export interface Machine {
  readonly cores: number
  /** Bytes that are still available, including a container's limit if the system reports it. */
  readonly memory: number
}

export interface WorkerCount {
  readonly workers: number
  /** A sentence if there are fewer than requested; null otherwise. */
  readonly why: string | null
}

const mebi = 2 ** 20
/** A worker with its engine, before it has data. */
const workerBytes = 160 * mebi
/**
 * Each worker has a copy of the data, the native engine has another, and batches wait to be collected. Measured with 800,000
 * rows of 64 inputs: up to 1.5 copies with wasm, 2.7 with TensorFlow.
 */
const copies = 3

/** The memory of one worker with its engine and its copies of the data. */
export const workerBytesFor = (dataBytes: number): number => workerBytes + copies * dataBytes

/**
 * More workers than cores only wait for each other, and more than fit in memory are killed. No result depends on their
 * number.
 */
export function workersFor(wanted: number, { cores, memory }: Machine, dataBytes = 0): WorkerCount {
  const each = workerBytesFor(dataBytes)
  const fitting = Math.max(1, Math.floor(memory / each))
  const workers = Math.max(1, Math.min(wanted, cores, fitting))
  if (workers === wanted) return { workers, why: null }
  const reason =
    workers === cores
      ? `this machine has ${cores} ${cores === 1 ? 'core' : 'cores'}`
      : `${Math.floor(memory / mebi)} MiB of memory is free, and a worker needs about ${Math.ceil(each / mebi)} MiB`
  return { workers, why: `${workers} of ${wanted} workers are started, because ${reason}; the results are the same` }
}

export function thisMachine(): Machine {
  return { cores: availableParallelism(), memory: freeMemory() }
}

/** Systems other than Linux count caches as used. Half of the memory is a guess that stops only absurd values. */
function freeMemory(): number {
  if (process.platform !== 'linux') return totalmem() / 2
  // Node 20.3 does not have it yet.
  const tell: (() => number) | undefined = process.availableMemory?.bind(process)
  return tell?.() ?? freemem()
}

/** Processor, cores and number of workers. Seconds of runs are comparable if this label is equal. */
export function machineLabel(workers: number): string {
  const model = (cpus()[0]?.model ?? '').replace(/\s+/g, ' ').trim().slice(0, 200) || process.arch
  return `${model}, ${availableParallelism()} cores, ${workers} ${workers === 1 ? 'worker' : 'workers'}`
}

export const onMachine = (run: RunResult, machine: string): RunResult => ({ ...run, timing: { ...run.timing, machine } })
