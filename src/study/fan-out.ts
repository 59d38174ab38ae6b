import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import type { EngineName } from '../engines/index.ts'
import type { Plan, StageJob, StageName } from '../records/plan.ts'
import type { AskedRun, RunResources } from '../run/scheduler.ts'
import { execute, Interrupted, Paused, type Execution } from '../run/execute.ts'
import type { Journal } from '../run/journal.ts'
import type { StudyState } from '../run/shard-bundle.ts'
import { ownRuns, trainRuns, type Portion } from '../run/portion.ts'
import type { Runner } from '../run/runner.ts'
import { stages } from '../stages/index.ts'
import { absorb, absorbParts, fetchLatest, send, untrusted, type FanOut } from './exchange.ts'
import { conclude, openStudy, type Study } from './conclude.ts'
import { judgingOf, type Judging } from './judging.ts'
import type { StudyOptions } from './options.ts'
import { prepare, type Prepared } from './prepare.ts'
import { onEngine } from './engine.ts'
import { openJournal, startPool } from './resources.ts'
import { afterChecks } from './run-study.ts'

export type { FanOut } from './exchange.ts'

/** `1/8`: how a job of the matrix is named and addressed. */
export type Shards = readonly string[]

/** How the study begins: the engine for its other jobs, and what the first stage deals out. */
export interface PlannedStudy {
  readonly shards: Shards
  readonly engine: EngineName
  readonly stages: readonly StageName[]
}

interface JobContext {
  readonly engine: EngineName
  readonly options: StudyOptions
  readonly fan: FanOut
  readonly prepared: Prepared
  readonly runner: Runner
  readonly journal: Journal
}

/** The first job: begins the study and stops where the first stage has runs to deal out. */
export function planStudy(options: StudyOptions, fan: FanOut): Promise<PlannedStudy> {
  return inJob(options, fan, async (context) => {
    const state = { engine: context.runner.engine, startedAt: fan.now() - Math.round(context.prepared.took) }
    const shards = await advance(context, state, -1)
    await send(context, state, 'after-plan')
    return { shards, engine: context.engine, stages: context.prepared.plan.jobs.map((j) => j.id) }
  })
}

/**
 * A job of the matrix: trains its share of the runs that the stage deals out, and passes on what it has, however it ends.
 */
export function trainShard(options: StudyOptions, fan: FanOut, stage: StageName, portion: Portion): Promise<void> {
  return inJob(options, fan, async (context) => {
    const own = `${stage}-${portion.index}of${portion.of}`
    const { state, open } = await dealt(context, stage)
    await absorbParts(context, state, `${own}-`)
    try {
      await trainRuns(context.prepared.plan, ownRuns(open, portion), resources(context, state))
    } finally {
      await send(context, state, own)
    }
  })
}

/**
 * A stage's own job: collects the shards' runs, trains what is left, decides, and determines what the next stage deals out.
 */
export function decideStage(options: StudyOptions, fan: FanOut, stage: StageName): Promise<Shards> {
  return inJob(options, fan, async (context) => {
    const position = positionOf(context.prepared.plan, stage)
    const state = await resume(context, stage)
    await absorbParts(context, state, `${stage}-`)
    try {
      const shards = await advance(context, state, position)
      await send(context, state, `after-${stage}`)
      return shards
    } catch (error) {
      if (error instanceof Interrupted) await send(context, state, `${stage}-rest`)
      throw error
    }
  })
}

/**
 * The last job. It trains nothing; null if the earlier stages did not finish. It takes runs from other jobs, but no decision
 * and no verdict: it decides every stage again, from runs whose form, id and ranges `openShardBundle` checked. A job of the same
 * workflow run can still invent its measurements.
 */
export async function gateStudy(options: StudyOptions, fan: FanOut): Promise<Study | null> {
  refuseBaseSpec(options)
  const prepared = await prepare(options)
  const { plan } = prepared
  const content = `after-${plan.jobs.at(-1)?.id ?? 'plan'}`
  const bundle = await fetchLatest({ fan, prepared }, content)
  if (bundle === null) return null
  const { state, runs } = bundle
  const begun = fan.now()
  // All runs come from the bundles. The report folder's content is ignored.
  const study = await openStudy({ ...options, fresh: true }, prepared, { label: state.engine, why: null })
  const { journal, judging } = study
  try {
    await absorb(journal, runs)
    const runner = trainsNothing(state.engine)
    const settled = plan.jobs.map((j) => j.id)
    const execution = { ...resources({ options, fan, runner, journal }, state), stages, settles: judging.settles, settled }
    return await conclude(study, await execute(plan, execution), (begun - state.startedAt) / 1000)
  } finally {
    await journal.close()
  }
}

const trainsNothing = (engine: string): Runner => ({
  engine,
  slots: 1,
  run: () => Promise.reject(new Error('a gate trains nothing')),
})

/** The journal of such a job has its own folder. Files from a cache or an earlier run are ignored. */
async function inJob<T>(options: StudyOptions, fan: FanOut, use: (context: JobContext) => Promise<T>): Promise<T> {
  refuseBaseSpec(options)
  const checked = prepare(options)
  const choice = await afterChecks(checked, options.engine.choose(checked))
  const { pool, engine } = await onEngine(
    options.engine.wanted,
    choice,
    async (taken) => ({ pool: await startPool(options, checked, taken), engine: taken.engine }),
    (message) => {
      checked.then(
        () => options.listener({ type: 'notice', message }),
        () => {},
      )
    },
  )
  const prepared = await checked
  const folder = await mkdtemp(join(tmpdir(), 'tunegate-job-'))
  try {
    const journal = await openJournal(folder, prepared, pool.engine, options)
    try {
      return await use({ engine, options, fan, prepared, runner: pool, journal })
    } finally {
      await journal.close()
    }
  } finally {
    pool.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Its runs belong to another plan, and no job of the matrix handles those. If they were left out silently, the gates would
 * ask a different question.
 */
function refuseBaseSpec({ baseline }: StudyOptions): void {
  if (baseline?.kind !== 'spec') return
  throw new InputError([
    {
      code: 'study/no-base-spec',
      severity: 'error',
      message: 'a study spread over several jobs cannot retrain a baseline spec',
      found: baseline.spec.path,
      hint: 'compare with a lock or with the declared levers (`baseline: retrain`), or verify in one job (mode: verify)',
    },
  ])
}

type Place = Pick<JobContext, 'options' | 'fan' | 'runner' | 'journal'>

function resources(
  { options: { listener, clock, signal }, fan, runner, journal }: Place,
  { startedAt }: StudyState,
): RunResources {
  return { runner, journal, listener, clock, elapsed: Math.max(0, fan.now() - startedAt), signal }
}

/** Every job reads the same lock from the same checkout, so all of them stop the verification at the same look. */
const settlesOn = async ({ options, prepared, runner }: JobContext): Promise<Judging['settles']> =>
  (await judgingOf(options, prepared, runner.engine)).settles

/** Drives the study until stage `position` is decided and the next stage has runs to deal out or is decided without any. */
async function advance(context: JobContext, state: StudyState, position: number): Promise<Shards> {
  const { jobs } = context.prepared.plan
  const open = await drive(context, state, position, (job, runs) =>
    job === jobs[position + 1] ? isWide(job, runs) : jobs.indexOf(job) > position + 1,
  )
  return shardsOf(open.length, context.fan.shards)
}

/** The runs that the stage deals out. They are the same in every job, since all start from the same bundle. */
async function dealt(
  context: JobContext,
  stage: StageName,
): Promise<{ readonly state: StudyState; readonly open: readonly AskedRun[] }> {
  const state = await resume(context, stage)
  const position = positionOf(context.prepared.plan, stage)
  return { state, open: await drive(context, state, position, (job, runs) => job.id === stage && isWide(job, runs)) }
}

/**
 * Executes the study with the stages before `position` settled. Returns the runs that are open at its pause; none at its
 * end.
 */
async function drive(
  context: JobContext,
  state: StudyState,
  position: number,
  pause: NonNullable<Execution['pause']>,
): Promise<readonly AskedRun[]> {
  const { plan } = context.prepared
  const settled = plan.jobs.slice(0, Math.max(0, position)).map((j) => j.id)
  try {
    await execute(plan, { ...resources(context, state), stages, settles: await settlesOn(context), settled, pause })
    return []
  } catch (error) {
    if (error instanceof Paused) return error.open
    throw error
  }
}

/**
 * A stage deals out its widest request: the first that is at least half as wide as the plan's widest trials of the stage.
 */
function isWide({ templates }: StageJob, open: readonly AskedRun[]): boolean {
  const widest = Math.max(0, ...templates.filter((t) => t.job !== 'probe').map((t) => t.trials * t.seeds))
  return open.length >= Math.max(2, widest / 2) && open.every(({ request }) => request.job.kind !== 'probe')
}

function shardsOf(runs: number, most: number): Shards {
  const of = Math.min(runs, most)
  return Array.from({ length: of }, (_, i) => `${i + 1}/${of}`)
}

function positionOf({ jobs }: Plan, stage: StageName): number {
  const position = jobs.findIndex((j) => j.id === stage)
  if (position >= 0) return position
  throw new InputError([
    {
      code: 'study/no-such-stage',
      severity: 'error',
      message: 'the plan does not have the stage of this job',
      found: stage,
      allowed: jobs.map((j) => j.id).join(', '),
      hint: 'compile the workflow again and commit it',
    },
  ])
}

/** Takes over the study as the previous stage left it. */
async function resume(context: JobContext, stage: StageName): Promise<StudyState> {
  const before = context.prepared.plan.jobs[positionOf(context.prepared.plan, stage) - 1]?.id ?? 'plan'
  const bundle = await fetchLatest(context, `after-${before}`)
  if (bundle === null)
    throw untrusted(`after-${before}`, 'no job of this workflow run uploaded it', 'rerun the jobs before this one')
  const { engine } = context.runner
  if (bundle.state.engine !== engine) {
    throw new InputError([
      {
        code: 'study/other-engine',
        severity: 'error',
        message: 'this job uses a different engine from the one that started the study',
        found: engine,
        allowed: bundle.state.engine,
        hint: 'set the engine of every job to the output of the plan job',
      },
    ])
  }
  await absorb(context.journal, bundle.runs)
  return bundle.state
}
