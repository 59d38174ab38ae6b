import type { RunRequest, RunResult } from '../records/run.ts'
import type { StepsSoFar } from './protocol.ts'

/** Trains runs, anywhere. It never rejects for a run that fails: that is a crashed result. */
export interface Runner {
  /** The engine's label; part of every run's id. */
  readonly engine: string
  /** Number of runs that it can train in parallel. */
  readonly slots: number
  /** Rejects with the signal's reason if it is aborted before the run has finished. The run is then lost. */
  run(request: RunRequest, id: string, options?: RunOptions): Promise<RunResult>
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  /** Whether the result keeps the weights of the best checkpoint; false if omitted. */
  readonly keepWeights?: boolean
  /** Hears twice a second how far the run is; never of a short one. */
  readonly onProgress?: ((soFar: StepsSoFar) => void) | undefined
}
