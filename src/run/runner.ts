import type { RunRequest, RunResult } from '../records/run.ts'

/** Trains runs, anywhere. It never rejects for a run that fails: that is a crashed result. */
export interface Runner {
  /** The engine's label; part of every run's id. */
  readonly engine: string
  /** Number of runs that it can train in parallel. */
  readonly slots: number
  /**
   * Rejects with the signal's reason if it is aborted before the run has finished. The run is then lost.
   *
   * @param keepWeights whether the result keeps the weights of the best checkpoint
   */
  run(request: RunRequest, id: string, signal?: AbortSignal, keepWeights?: boolean): Promise<RunResult>
}
