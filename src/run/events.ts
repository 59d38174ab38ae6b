import type { StageDecision } from '../records/decision.ts'
import type { Plan, StageJob } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import type { StepsSoFar } from './protocol.ts'

/** What happens while a plan is executed; only loggers render it. */
export type RunEvent =
  | {
      readonly type: 'study-started'
      readonly plan: Plan
      readonly engine: string
      readonly workers: number
      readonly resumedRuns: number
    }
  | { readonly type: 'stage-started'; readonly job: StageJob; readonly position: number; readonly of: number }
  | { readonly type: 'run-started'; readonly request: RunRequest }
  /** How far a run is that takes a while. */
  | { readonly type: 'run-progress'; readonly request: RunRequest; readonly soFar: StepsSoFar }
  /** `cached` if it came from the journal. */
  | { readonly type: 'run-finished'; readonly result: RunResult; readonly cached: boolean; readonly progress: Progress }
  | { readonly type: 'stage-decided'; readonly decision: StageDecision; readonly seconds: number }
  | { readonly type: 'budget-exhausted'; readonly what: 'minutes' | 'trials'; readonly stage: string }
  /** Something that the user should know but that changes no result: a torn journal line, a worker that was replaced. */
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'study-finished'; readonly seconds: number }

export interface Progress {
  readonly finished: number
  /** Runs that the plan still expects, including this stage's open requests. */
  readonly expected: number
  /** Best objective on validation so far; null before the first. */
  readonly best: number | null
  /** From the mean time of a step so far; null before the first run. */
  readonly secondsLeft: number | null
}

export type Listener = (event: RunEvent) => void

/** `[2/5] batch`: where a study is, for every place that says so. */
export const stageText = ({ position, of, job }: Extract<RunEvent, { type: 'stage-started' }>): string =>
  `[${position}/${of}] ${job.id}`
