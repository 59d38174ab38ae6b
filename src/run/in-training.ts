import type { RunRequest } from '../records/run.ts'
import type { RunEvent } from './events.ts'
import type { StepsSoFar } from './protocol.ts'

export interface RunInTraining {
  readonly request: RunRequest
  /** Milliseconds of the clock when it began. */
  readonly since: number
  /** How far it is; null until it has taken a while. */
  readonly soFar: StepsSoFar | null
  /** Its training losses so far, at even times. */
  readonly losses: readonly number[]
}

/** Losses kept of a run. Of a longer one, every second is dropped. */
const mostLosses = 400

/** The runs that train right now, from a study's events. `now` is in milliseconds. */
export class RunsInTraining {
  private readonly now: () => number
  private readonly runs = new Map<string, RunInTraining>()

  constructor(now: () => number) {
    this.now = now
  }

  /** In the order in which they began. */
  get all(): readonly RunInTraining[] {
    return [...this.runs.values()]
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case 'study-started':
      // Runs that the budget ended never finish.
      case 'stage-started':
        this.runs.clear()
        return
      case 'run-started':
        this.runs.set(keyOf(event.request), { request: event.request, since: this.now(), soFar: null, losses: [] })
        return
      case 'run-progress':
        this.advance(keyOf(event.request), event.soFar)
        return
      case 'run-finished':
        this.runs.delete(keyOf(event.result.request))
        return
      default:
        return
    }
  }

  private advance(key: string, soFar: StepsSoFar): void {
    const run = this.runs.get(key)
    if (!run) return
    const losses = [...run.losses, soFar.loss]
    const kept = losses.length > mostLosses ? losses.filter((_, i) => i % 2 === 0) : losses
    this.runs.set(key, { ...run, soFar, losses: kept })
  }
}

const keyOf = ({ stage, label, seed, fold, job }: RunRequest): string => JSON.stringify([stage, label, seed, fold, job])
