import { availableParallelism, cpus } from 'node:os'
import type { RunResult } from '../records/run.ts'

/** Processor, cores and number of workers. Seconds of runs are comparable if this label is equal. */
export function machineLabel(workers: number): string {
  const model = (cpus()[0]?.model ?? '').replace(/\s+/g, ' ').trim().slice(0, 200) || process.arch
  return `${model}, ${availableParallelism()} cores, ${workers} ${workers === 1 ? 'worker' : 'workers'}`
}

export const onMachine = (run: RunResult, machine: string): RunResult => ({ ...run, timing: { ...run.timing, machine } })
