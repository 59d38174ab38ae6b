import type { Levers } from '../records/levers.ts'
import type { StageDecision } from '../records/decision.ts'
import type { Plan, StageJob, StageName } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import type { Stage, StageContext } from '../stages/stage.ts'
import { certainRuns, type AskedRun } from './ahead.ts'
import { RunScheduler, type RunResources } from './scheduler.ts'
import type { Journal } from './journal.ts'

export { Interrupted } from './scheduler.ts'

export interface Execution extends RunResources {
  readonly stages: Readonly<Record<StageName, Stage>>
  /**
   * Whether the seeds verified so far settle every gate. Equal findings must always get the same answer. If omitted, all
   * seeds are trained.
   */
  readonly settles?: StageContext['settles']
  /** What curves suggest to try. If omitted, nothing. */
  readonly remedies?: StageContext['remedies']
  /**
   * Whether slots that wait for the last run of a stage may train what the verification asks for in any case; false if
   * omitted. Not for jobs that share the runs with others.
   */
  readonly ahead?: boolean
  /**
   * Whether to stop here. Called at the start of a stage (when no run is open) and before runs are trained. A workflow stops
   * where other jobs take over the training.
   */
  readonly pause?: (job: StageJob, open: readonly AskedRun[]) => boolean
}

/** Thrown when `pause` returned true. */
export class Paused extends Error {
  readonly job: StageJob
  /** The runs to train next; none at the start of a stage. */
  readonly open: readonly AskedRun[]
  constructor(job: StageJob, open: readonly AskedRun[]) {
    super(`paused in the stage ${job.id}`)
    this.job = job
    this.open = open
  }
}

export interface StudyOutcome {
  readonly decisions: readonly StageDecision[]
  /** The levers after the last stage. */
  readonly levers: Levers
  readonly seconds: readonly { readonly stage: StageName; readonly seconds: number }[]
  /** The limit that was hit first. The omissions of the decisions list what it left out. */
  readonly exhausted: 'minutes' | 'trials' | null
  /** Whether the budget of minutes left out runs, so another machine might have decided differently. */
  readonly cutShort: boolean
}

/**
 * Drives the stages of a plan to their decisions, in order, each starting from the incumbent that the previous one left. A
 * killed study is executed again from the start: the journal answers for finished runs, so it takes the same path to where
 * it was. Throws `Interrupted` when the signal is aborted, `Paused` when `pause` returns true, and `InputError` when the
 * journal cannot be written.
 */
export async function execute(plan: Plan, execution: Execution): Promise<StudyOutcome> {
  const { stages, runner, journal, listener, clock } = execution
  const start = clock()
  listener({ type: 'study-started', plan, engine: runner.engine, workers: runner.slots, resumedRuns: journal.size })
  const scheduler = new RunScheduler(plan, execution)
  if (execution.ahead) scheduler.trainAhead(certainRuns(plan, stages))
  const decisions: StageDecision[] = []
  const seconds: { stage: StageName; seconds: number }[] = []
  let incumbent = plan.baseline

  for (const [index, job] of plan.jobs.entries()) {
    const before = { at: clock(), exhausted: scheduler.budget.exhausted }
    listener({ type: 'stage-started', job, position: index + 1, of: plan.jobs.length })
    const stage = stages[job.id]
    if (!stage) throw new Error(`there is no stage ${job.id}`)
    const decision = await decide(stage, execution, scheduler, {
      job,
      workload: plan.workload,
      seed: plan.seed,
      baseline: plan.baseline,
      incumbent,
      previous: [...decisions],
      settles: execution.settles ?? (() => false),
      remedies: execution.remedies ?? (() => []),
    })
    const { exhausted } = scheduler.budget
    if (exhausted && !before.exhausted) listener({ type: 'budget-exhausted', what: exhausted, stage: job.id })
    decisions.push(decision)
    seconds.push({ stage: job.id, seconds: (clock() - before.at) / 1000 })
    listener({ type: 'stage-decided', decision, seconds: (clock() - before.at) / 1000 })
    incumbent = decision.levers
  }
  listener({ type: 'study-finished', seconds: (clock() - start) / 1000 })
  return {
    decisions,
    levers: incumbent,
    seconds,
    exhausted: scheduler.budget.exhausted,
    cutShort: scheduler.budget.cutShort,
  }
}

/** Runs one stage: it requests runs and receives outcomes until it decides. */
async function decide(
  stage: Stage,
  { pause }: Pick<Execution, 'pause'>,
  scheduler: RunScheduler,
  known: Omit<StageContext, 'runsLeft'>,
): Promise<StageDecision> {
  const { job } = known
  scheduler.startStage(job, known.incumbent)
  if (pause?.(job, [])) throw new Paused(job, [])
  const process = stage({ ...known, runsLeft: () => scheduler.left() })
  let turn = process.next()
  while (!turn.done) {
    const open = pause ? await scheduler.open(turn.value) : []
    if (open.length > 0 && pause?.(job, open)) throw new Paused(job, open)
    turn = process.next(await scheduler.answer(turn.value))
  }
  return turn.value
}

/** The runs that stages requested, each once, with one in memory at a time; the report lists these. */
export async function* runsOf(journal: Journal, decisions: readonly StageDecision[]): AsyncGenerator<RunResult> {
  for (const id of new Set(decisions.flatMap((d) => d.runs))) {
    const run = await journal.read(id)
    if (run) yield run
  }
}
