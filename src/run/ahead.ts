import { confirmation } from '../stages/index.ts'
import type { Stage } from '../stages/stage.ts'
import type { Plan, StageName } from '../records/plan.ts'
import type { RunRequest } from '../records/run.ts'

/** A run that a stage requests. */
export interface AskedRun {
  readonly id: string
  readonly request: RunRequest
}

/**
 * The runs that the verification asks for whatever the stages before it decide: those of the declared levers, up to the
 * first look. None if the budget of trials does not reserve them, or if nothing comes before the verification.
 */
export function certainRuns(plan: Plan, stages: Readonly<Record<StageName, Stage>>): readonly RunRequest[] {
  const job = plan.jobs.find(({ id }) => id === confirmation.name)
  const stage = job && stages[job.id]
  if (!stage || plan.jobs[0] === job) return []
  const { workload, seed, baseline } = plan
  const process = stage({
    ...{ job, workload, seed, baseline, incumbent: baseline, previous: [] },
    settles: () => false,
    remedies: () => [],
    runsLeft: () => Infinity,
  })
  const turn = process.next()
  const requests = turn.done ? [] : turn.value
  const { trials, reservedForVerification } = plan.budget
  return trials !== null && reservedForVerification < requests.length ? [] : requests
}

/**
 * Runs that a later stage will ask for. Slots that wait for the last runs of a stage train them in the meantime, so the
 * machine is not idle at the end of each stage. When a run is trained changes nothing about its result.
 */
export class RunsAhead {
  private readonly waiting: Map<string, RunRequest>
  private readonly training = new Map<string, Promise<void>>()
  private readonly train: (run: AskedRun) => Promise<void>

  /** @param train trains a run and keeps its result; a run that fails is trained again when a stage asks for it */
  constructor(runs: ReadonlyMap<string, RunRequest>, train: (run: AskedRun) => Promise<void>) {
    this.waiting = new Map(runs)
    this.train = train
  }

  /** Trains one run after another while there are more idle slots than such runs. */
  async fill(idle: () => number): Promise<void> {
    while (this.training.size < idle()) {
      const [next] = this.waiting
      if (!next) return
      const [id, request] = next
      this.waiting.delete(id)
      const work = this.train({ id, request })
        .catch(() => {})
        .finally(() => this.training.delete(id))
      this.training.set(id, work)
      await work
    }
  }

  /** To be called when a stage asks for a run: resolves when it is not in training here, and never will be again. */
  async claim(id: string): Promise<void> {
    this.waiting.delete(id)
    await this.training.get(id)
  }
}
