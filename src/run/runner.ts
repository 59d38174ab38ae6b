import type { RunRequest, RunResult } from '../plan/run.ts'

/** Trains runs, somewhere. Never rejects for a run that fails: that is a crashed result. */
export interface Runner {
  /** The engine's label; part of every run's id. */
  readonly engine: string
  /** Runs that it can train side by side. */
  readonly slots: number
  run(request: RunRequest, id: string): Promise<RunResult>
}
