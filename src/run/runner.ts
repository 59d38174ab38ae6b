import type { RunRequest, RunResult } from '../records/run.ts'

/** Trains runs, somewhere. Never rejects for a run that fails: that is a crashed result. */
export interface Runner {
  /** The engine's label; part of every run's id. */
  readonly engine: string
  /** Runs that it can train side by side. */
  readonly slots: number
  /** Rejects with the signal's reason where it is aborted before the run has finished; the run is then lost. */
  run(request: RunRequest, id: string, signal?: AbortSignal): Promise<RunResult>
}
