import type { Levers } from '../model/levers.ts'
import type { StageDecision } from '../plan/decision.ts'
import type { Plan, StageJob, StageName } from '../plan/plan.ts'
import type { RunRequest, RunResult } from '../plan/run.ts'
import type { RunOutcome, Stage } from '../stages/stage.ts'
import { BudgetKeeper } from './budget.ts'
import type { Listener } from './events.ts'
import { runIds } from './id.ts'
import type { Journal } from './journal.ts'
import { ProgressMeter } from './progress.ts'
import type { Runner } from './runner.ts'

export interface Execution {
  readonly stages: Readonly<Record<StageName, Stage>>
  readonly runner: Runner
  readonly journal: Journal
  readonly listener: Listener
  /** Milliseconds from any origin; for the budget of minutes and for reporting, never for a decision of a stage. */
  readonly clock: () => number
  /** Aborted when the user stops the study; what is finished stays in the journal. */
  readonly signal?: AbortSignal
}

export interface StudyOutcome {
  readonly decisions: readonly StageDecision[]
  readonly levers: Levers
  readonly seconds: readonly { readonly stage: StageName; readonly seconds: number }[]
  readonly exhausted: 'minutes' | 'trials' | null
}

/** Thrown where the signal was aborted. */
export class Interrupted extends Error {}

/** Drives the stages of a plan to their decisions, in order, each from the incumbent that the one before left. */
export async function execute(plan: Plan, execution: Execution): Promise<StudyOutcome> {
  const { stages, runner, journal, listener, clock } = execution
  const begun = clock()
  listener({ type: 'study-started', plan, engine: runner.engine, workers: runner.slots, resumedRuns: journal.size })
  const study = new Study(plan, execution)
  const decisions: StageDecision[] = []
  const seconds: { stage: StageName; seconds: number }[] = []
  let incumbent = plan.baseline

  for (const [index, job] of plan.jobs.entries()) {
    const start = clock()
    listener({ type: 'stage-started', job, position: index + 1, of: plan.jobs.length })
    const decision = await study.decide(job, stages[job.id], incumbent, decisions)
    decisions.push(decision)
    seconds.push({ stage: job.id, seconds: (clock() - start) / 1000 })
    listener({ type: 'stage-decided', decision, seconds: (clock() - start) / 1000 })
    incumbent = decision.levers
  }
  listener({ type: 'study-finished', seconds: (clock() - begun) / 1000 })
  return { decisions, levers: incumbent, seconds, exhausted: study.budget.exhausted }
}

class Study {
  readonly budget: BudgetKeeper
  private readonly plan: Plan
  private readonly execution: Execution
  private readonly meter: ProgressMeter
  private readonly idOf: (request: RunRequest) => string
  /** Runs that were asked for in this study, whether trained or found: asking again is free. */
  private readonly asked = new Set<string>()

  constructor(plan: Plan, execution: Execution) {
    this.plan = plan
    this.execution = execution
    this.budget = new BudgetKeeper(plan.budget, execution.clock)
    this.meter = new ProgressMeter(plan, execution.runner.slots)
    this.idOf = runIds(plan.workload, execution.runner.engine)
  }

  /** A stage is a conversation: it asks, it is answered, until it decides. */
  async decide(job: StageJob, stage: Stage, incumbent: Levers, previous: readonly StageDecision[]): Promise<StageDecision> {
    const { workload, seed, baseline } = this.plan
    const verifying = job.id === 'verify'
    this.meter.startStage(job)
    const process = stage({ job, workload, seed, baseline, incumbent, previous: [...previous], runsLeft: () => this.budget.left(verifying) })
    let turn = process.next()
    while (!turn.done) turn = process.next(await this.answer(turn.value, verifying))
    return turn.value
  }

  /** Outcomes in the order of the requests; equal requests are trained once. */
  private async answer(requests: readonly RunRequest[], verifying: boolean): Promise<RunOutcome[]> {
    const ids = requests.map(this.idOf)
    const first = new Map<string, RunRequest>()
    requests.forEach((request, i) => { if (!first.has(ids[i] as string)) first.set(ids[i] as string, request) })
    const outcomes = await this.all([...first], verifying)
    return requests.map((request, i) => relabelled(outcomes.get(ids[i] as string) as RunOutcome, request))
  }

  /** As many at a time as the runner has slots; the next starts when a run is trained, while the one before is still being written. */
  private async all(wanted: readonly (readonly [string, RunRequest])[], verifying: boolean): Promise<Map<string, RunOutcome>> {
    const outcomes = new Map<string, RunOutcome>()
    const writes: Promise<void>[] = []
    const queue = wanted.values()
    const lane = async (): Promise<void> => {
      for (const [id, request] of queue) outcomes.set(id, await this.one(id, request, verifying, writes))
    }
    await Promise.all(Array.from({ length: this.execution.runner.slots }, lane))
    await Promise.all(writes)
    return outcomes
  }

  private async one(id: string, request: RunRequest, verifying: boolean, writes: Promise<void>[]): Promise<RunOutcome> {
    const { runner, journal, listener, signal } = this.execution
    if (signal?.aborted) throw new Interrupted()
    const refused = this.asked.has(id) ? undefined : this.budget.take(verifying)
    if (refused) return this.notRun(request, refused)
    this.asked.add(id)

    const kept = await journal.read(id)
    // A crash says nothing of the levers for certain, so a study that continues tries it again.
    if (kept && kept.status !== 'crashed') {
      listener({ type: 'run-finished', result: kept, cached: true, progress: this.meter.finish(kept, true) })
      return kept
    }
    const late = this.budget.late()
    if (late) return this.notRun(request, late)
    listener({ type: 'run-started', request })
    const result = await runner.run(request, id)
    if (signal?.aborted) throw new Interrupted()
    const written = journal.append(result).then(() => {
      listener({ type: 'run-finished', result, cached: false, progress: this.meter.finish(result, false) })
    })
    // Awaited with the others at the end of the ask; until then a failure is not an unhandled one.
    written.catch(() => {})
    writes.push(written)
    return result
  }

  private notRun(request: RunRequest, reason: string): RunOutcome {
    const what = this.budget.exhausted
    if (what) this.execution.listener({ type: 'budget-exhausted', what, stage: request.stage })
    return { status: 'not-run', request, reason }
  }
}

/** A run that was trained for another stage keeps its result and takes the name that this stage gave it. */
function relabelled(outcome: RunOutcome, request: RunRequest): RunOutcome {
  return { ...outcome, request }
}

/** The runs of a study as its stages asked for them: what the report lists. */
export async function* runsOf(journal: Journal, decisions: readonly StageDecision[]): AsyncGenerator<RunResult> {
  const seen = new Set<string>()
  for (const id of decisions.flatMap((d) => d.runs)) {
    if (seen.has(id)) continue
    seen.add(id)
    const run = await journal.read(id)
    if (run) yield run
  }
}
