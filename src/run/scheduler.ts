import { setMaxListeners } from 'node:events'
import { InputError } from '../base/diagnostics.ts'
import { fingerprint } from '../base/hash.ts'
import { groupBy } from '../base/lists.ts'
import type { Levers } from '../records/levers.ts'
import type { Plan, StageJob, StageName } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import { confirmation } from '../stages/index.ts'
import type { RunOutcome } from '../stages/stage.ts'
import { RunsAhead, type AskedRun } from './ahead.ts'
import { BudgetKeeper } from './budget.ts'
import type { Listener } from './events.ts'
import { runIds } from './id.ts'
import type { Journal } from './journal.ts'
import { inLanes, type Lanes, type OnWrite } from './lanes.ts'
import { ProgressMeter } from './progress.ts'
import type { Runner } from './runner.ts'

/** How runs are obtained. */
export interface RunResources {
  readonly runner: Runner
  readonly journal: Journal
  readonly listener: Listener
  /** Milliseconds from any origin; for the budget of minutes and for reporting, never for a stage's decision. */
  readonly clock: () => number
  /** Aborted when the user stops the study. Finished runs stay in the journal. */
  readonly signal?: AbortSignal | undefined
  /**
   * Milliseconds that the study has already taken, if it is spread over jobs. If omitted, the journal keeps track of them.
   */
  readonly elapsed?: number
  /** Milliseconds that this process already spent reading and checking the data. They count as well. */
  readonly preparing?: number
  /**
   * Stages that another job has decided. Runs of these stages that are missing from the journal were left out there and are
   * not trained here.
   */
  readonly settled?: readonly StageName[]
  /** Whether the runs that verify the incumbent keep their weights, for a model to save. */
  readonly keepWeights?: boolean | undefined
}

/** Thrown when the user stopped the study. */
export class Interrupted extends Error {}

/**
 * Answers the requests of stages: from the journal, from the runner, or with the reason why the budget does not allow a run.
 * The jobs of a workflow train their shares of a stage's runs with it as well.
 */
export class RunScheduler {
  readonly budget: BudgetKeeper
  private readonly resources: RunResources
  private readonly meter: ProgressMeter
  private readonly idOf: (request: RunRequest) => string
  private readonly timer: AbortSignal | undefined
  /** The user's signal or the budget's. */
  private readonly stop: AbortSignal
  /** Runs requested in this study, whether trained or found. Requesting one again is free. */
  private readonly asked = new Set<string>()
  private ahead = new RunsAhead(new Map(), async () => {})
  /** Runs that were trained before a stage asked for them. */
  private readonly early = new Set<string>()
  private verifying = false
  private settled = false
  /** The levers that a verification would save a model of; null before any stage, where each side may be the winner. */
  private incumbent: Levers | null = null

  constructor(plan: Plan, resources: RunResources) {
    this.resources = resources
    const { budget } = plan
    this.budget = new BudgetKeeper(
      budget,
      resources.clock,
      (resources.elapsed ?? resources.journal.elapsed) + (resources.preparing ?? 0),
    )
    if (budget.minutes !== null && resources.elapsed === undefined) resources.journal.keepTime(() => this.budget.elapsed())
    this.meter = new ProgressMeter(plan, resources.runner.slots)
    this.idOf = runIds(plan.workload, resources.runner.engine)
    this.timer = this.budget.timer()
    this.stop = AbortSignal.any([resources.signal, this.timer].filter((s) => s !== undefined))
    // Every active run listens. Node takes more than ten listeners for a leak.
    setMaxListeners(0, this.stop)
  }

  /** Names runs that a later stage will certainly ask for, for slots that would be idle. */
  trainAhead(requests: readonly RunRequest[]): void {
    this.ahead = new RunsAhead(this.firstOfEqual(requests), (run) => this.trainEarly(run))
  }

  startStage(job: StageJob, incumbent: Levers): void {
    this.incumbent = incumbent
    this.verifying = job.id === confirmation.name
    this.settled = this.resources.settled?.includes(job.id) ?? false
    this.meter.startStage(job)
  }

  /** Runs that the budget of trials still allows for the stage. */
  left(): number {
    return this.budget.left(this.verifying)
  }

  /** The runs that answering these requests would train, each once, within the budget of trials. */
  async open(requests: readonly RunRequest[]): Promise<AskedRun[]> {
    const fresh = new Map(requests.map((request) => [this.idOf(request), request]))
    for (const id of this.asked) fresh.delete(id)
    const open: AskedRun[] = []
    for (const [id, request] of [...fresh].slice(0, this.left())) {
      const kept = await this.resources.journal.read(id)
      if (!kept || !isFinal(kept) || this.lacksWeights(kept, request)) open.push({ id, request })
    }
    return open
  }

  /**
   * Outcomes in the order of the requests. Equal requests are trained once, and each outcome keeps the labels of its
   * request.
   */
  async answer(requests: readonly RunRequest[]): Promise<RunOutcome[]> {
    const ids = requests.map(this.idOf)
    const outcomes = new Map<string, RunOutcome>()
    const one: Lanes<[string, RunRequest]>['work'] = async ([id, request], onWrite) => {
      outcomes.set(id, await this.one(id, request, onWrite))
    }
    // A probe waits for every other run, so no slot starts one ahead of it.
    await this.lanes([...this.firstOfEqual(requests)], one, !requests.some(isProbe))
    return requests.map((request, i) => ({ ...(outcomes.get(ids[i] as string) as RunOutcome), request }))
  }

  /** By its id, in the order of the requests. Of equal requests the first names the run. */
  private firstOfEqual(requests: readonly RunRequest[]): Map<string, RunRequest> {
    return new Map([...groupBy(requests, this.idOf)].flatMap(([id, equal]) => equal.slice(0, 1).map((one) => [id, one])))
  }

  /**
   * Trains runs that the journal lacks while the budget of minutes allows it, for a stage that another job decides. Runs
   * that are left out have no outcome here. Throws `Interrupted` when the signal is aborted; the journal then has the
   * finished runs.
   */
  async train(runs: readonly AskedRun[]): Promise<void> {
    await this.lanes(runs, async ({ id, request }, onWrite) => {
      const kept = await this.resources.journal.read(id)
      if (kept && !this.lacksWeights(kept, request)) return
      if (this.resources.signal?.aborted) throw new Interrupted()
      if (this.budget.late(this.heldBack(request.stage === confirmation.name))) return
      await this.trainOne(id, request, onWrite)
    })
  }

  /** @param fill whether slots that have nothing to do may train runs ahead */
  private lanes<T>(items: readonly T[], work: Lanes<T>['work'], fill = true): Promise<void> {
    const onIdle: Lanes<T>['onIdle'] = (idle) => void (fill && this.ahead.fill(idle))
    return inLanes({ slots: this.resources.runner.slots, items, work, onIdle })
  }

  private async one(id: string, request: RunRequest, onWrite: OnWrite): Promise<RunOutcome> {
    if (this.resources.signal?.aborted) throw new Interrupted()
    const again = this.asked.has(id)
    const refused = again ? undefined : this.budget.take(this.verifying)
    if (refused) return notRun(request, refused)
    this.asked.add(id)
    await this.ahead.claim(id)
    const kept = await this.resources.journal.read(id)
    if (kept && (again || this.settled || (isFinal(kept) && !this.lacksWeights(kept, request)))) return this.found(kept)
    if (this.settled) return notRun(request, this.budget.leftOut() ?? lost(request))
    const heldBack = this.heldBack(this.verifying)
    // If no time is left to retry a crash, the stage gets the outcome that it got before.
    if (kept && !this.budget.inTime(heldBack)) return this.found(kept)
    const late = this.budget.late(heldBack)
    return late ? notRun(request, late) : this.trainOne(id, request, onWrite)
  }

  /** Runs of a base spec belong to another plan and go through another scheduler. */
  private keepsWeights({ stage, levers, job }: RunRequest): boolean {
    if (!this.resources.keepWeights || stage !== confirmation.name || job.kind !== 'train') return false
    return this.incumbent === null || fingerprint(levers) === fingerprint(this.incumbent)
  }

  /** Whether a run from before was trained without keeping what is wanted now. Trained again, it measures the same. */
  private lacksWeights(kept: RunResult, request: RunRequest): boolean {
    return kept.status === 'complete' && kept.best !== null && !kept.best.weights && this.keepsWeights(request)
  }

  /** Milliseconds that must be left before a run may start. */
  private heldBack(verifying: boolean): number {
    return verifying ? 0 : this.meter.heldBackSeconds() * 1000
  }

  private found(result: RunResult): RunResult {
    // A study that continues holds back as much for verification as it did before.
    this.meter.time(result)
    const cached = !this.early.delete(result.id)
    this.resources.listener({ type: 'run-finished', result, cached, progress: this.meter.finish(result) })
    return result
  }

  private async trainOne(id: string, request: RunRequest, onWrite: OnWrite): Promise<RunOutcome> {
    const { runner, journal, listener, signal } = this.resources
    listener({ type: 'run-started', request })
    try {
      const result = await runner.run(request, id, {
        signal: this.stop,
        keepWeights: this.keepsWeights(request),
        onProgress: (soFar) => listener({ type: 'run-progress', request, soFar }),
      })
      this.meter.time(result)
      onWrite(
        journal.append(result).then(() => {
          listener({ type: 'run-finished', result, cached: false, progress: this.meter.finish(result) })
        }),
      )
      return result
    } catch (error) {
      if (signal?.aborted) throw new Interrupted()
      if (this.timer?.aborted) return notRun(request, this.budget.overrun())
      throw error
    }
  }

  /** Nobody is told before a stage asks for it. A crash is not kept, so the stage trains it as if nothing had happened. */
  private async trainEarly({ id, request }: AskedRun): Promise<void> {
    const { runner, journal } = this.resources
    if (this.stop.aborted || !this.budget.inTime(this.heldBack(false)) || (await journal.read(id))) return
    const result = await runner.run(request, id, { signal: this.stop })
    if (result.status === 'crashed') return
    await journal.append(result)
    this.early.add(id)
  }
}

const notRun = (request: RunRequest, reason: string): RunOutcome => ({ status: 'not-run', request, reason })

function lost({ stage, label }: RunRequest): never {
  throw new InputError([
    {
      code: 'study/run-lost',
      severity: 'error',
      message: 'another job decided a stage, but one of its runs is missing here',
      found: `${stage}: ${label}`,
      hint: 'rerun the workflow',
    },
  ])
}

/**
 * A crash is no certain evidence about the levers, so a study that continues retries it. A probe is the exception: it tests
 * whether a batch fits, and not fitting is an answer.
 */
const isFinal = ({ status, request }: RunResult): boolean => status !== 'crashed' || isProbe(request)

const isProbe = ({ job }: RunRequest): boolean => job.kind === 'probe'
