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
  private readonly runs = new Map<string, Started>()

  constructor(now: () => number) {
    this.now = now
  }

  /** In the order in which they began. */
  get all(): readonly RunInTraining[] {
    return [...this.runs.values()].map(({ told, ...run }) => ({ ...run, losses: told.map(({ loss }) => loss) }))
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case 'study-started':
      // Runs that the budget ended never finish.
      case 'stage-started':
        this.runs.clear()
        return
      case 'run-started':
        this.runs.set(keyOf(event.request), { request: event.request, since: this.now(), soFar: null, told: [] })
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
    // A run is trained again, from its beginning or a checkpoint, if its process died or its script asks for it.
    const told = [...run.told.filter(({ step }) => step < soFar.step), soFar]
    const kept = told.length > mostLosses ? told.filter((_, i) => i % 2 === 0) : told
    this.runs.set(key, { ...run, soFar, told: kept })
  }
}

interface Started extends Omit<RunInTraining, 'losses'> {
  readonly told: readonly StepsSoFar[]
}

const keyOf = ({ stage, label, seed, fold, job }: RunRequest): string => JSON.stringify([stage, label, seed, fold, job])
