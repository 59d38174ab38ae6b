import type { Workload } from '../plan/plan.ts'
import type { RunRequest, RunResult } from '../plan/run.ts'
import type { TrainingData } from '../train/types.ts'

/** What the study's process sends to a worker; over the pipe that fork made, so from nobody else. */
export type ToWorker =
  | { readonly type: 'init'; readonly engine: 'wasm'; readonly wasmFolder: string; readonly workload: Workload; readonly data: TrainingData }
  | { readonly type: 'run'; readonly id: string; readonly request: RunRequest }

export type FromWorker =
  | { readonly type: 'ready'; readonly engine: string }
  /** The worker cannot train at all; it exits after it. */
  | { readonly type: 'unable'; readonly message: string }
  | { readonly type: 'result'; readonly result: RunResult }
