import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import type { EngineName } from '../engines/index.ts'
import type { Plan, StageJob, StageName } from '../records/plan.ts'
import type { AskedRun, Means } from '../run/asks.ts'
import { execute, Interrupted, Paused, runsOf, type Execution, type StudyOutcome } from '../run/execute.ts'
import type { Journal } from '../run/journal.ts'
import type { Course } from '../run/parcel.ts'
import { ownRuns, trainRuns, type Portion } from '../run/portion.ts'
import type { Runner } from '../run/runner.ts'
import { stages } from '../stages/index.ts'
import { absorb, absorbParts, fetchLatest, send, untrusted, type FanOut } from './exchange.ts'
import { judgingOf, type Judging } from './judging.ts'
import { prepare, type Prepared } from './prepare.ts'
import { onEngine } from './engine.ts'
import { openJournal, startPool } from './means.ts'
import { afterChecks, concludeStudy, type Study, type StudyOptions } from './run-study.ts'

export type { FanOut } from './exchange.ts'

/** `1/8`: how a job of the matrix is named and addressed. */
export type Shards = readonly string[]

/** How the study begins: the engine for its other jobs, and what the first stage deals out. */
export interface Begun {
  readonly shards: Shards
  readonly engine: EngineName
  readonly stages: readonly StageName[]
}

interface Site {
  readonly engine: EngineName
  readonly options: StudyOptions
  readonly fan: FanOut
  readonly prepared: Prepared
  readonly runner: Runner
  readonly journal: Journal
}

/** The first job: begins the study and stops where the first stage has runs to deal out. */
export function planStudy(options: StudyOptions, fan: FanOut): Promise<Begun> {
  return onSite(options, fan, async (site) => {
    const course = { engine: site.runner.engine, startedAt: fan.now() - Math.round(site.prepared.took) }
    const shards = await advance(site, course, -1)
    await send(site, course, 'after-plan')
    return { shards, engine: site.engine, stages: site.prepared.plan.jobs.map((j) => j.id) }
  })
}

/**
 * A job of the matrix: trains its share of the runs that the stage deals out, and passes on what it has, however it ends.
 */
export function trainShard(options: StudyOptions, fan: FanOut, stage: StageName, portion: Portion): Promise<void> {
  return onSite(options, fan, async (site) => {
    const own = `${stage}-${portion.index}of${portion.of}`
    const { course, open } = await dealt(site, stage)
    await absorbParts(site, course, `${own}-`)
    try {
      await trainRuns(site.prepared.plan, ownRuns(open, portion), means(site, course))
    } finally {
      await send(site, course, own)
    }
  })
}

/**
 * A stage's own job: collects the shards' runs, trains what is left, decides, and determines what the next stage deals out.
 */
export function decideStage(options: StudyOptions, fan: FanOut, stage: StageName): Promise<Shards> {
  return onSite(options, fan, async (site) => {
    const position = positionOf(site.prepared.plan, stage)
    const course = await resume(site, stage)
    await absorbParts(site, course, `${stage}-`)
    try {
      const shards = await advance(site, course, position)
      await send(site, course, `after-${stage}`)
      return shards
    } catch (error) {
      if (error instanceof Interrupted) await send(site, course, `${stage}-rest`)
      throw error
    }
  })
}

/**
 * The last job. It trains nothing; null if the earlier stages did not finish. It takes runs from other jobs, but no decision
 * and no verdict: it decides every stage again, from runs whose form, id and ranges `openParcel` checked. A job of the same
 * workflow run can still invent its measurements.
 */
export async function gateStudy(options: StudyOptions, fan: FanOut): Promise<Study | null> {
  refuseBaseSpec(options)
  const prepared = await prepare(options)
  const { plan } = prepared
  const content = `after-${plan.jobs.at(-1)?.id ?? 'plan'}`
  const state = await fetchLatest({ fan, prepared }, content)
  if (state === null) return null
  const { course, runs } = state
  const begun = fan.now()
  // All runs come from the bundles. The report folder's content is ignored.
  return concludeStudy({ ...options, fresh: true }, prepared, { label: course.engine, why: null }, async (journal, { settles }) => {
    await absorb(journal, runs)
    const runner: Runner = { engine: course.engine, slots: 1, run: () => Promise.reject(new Error('a gate trains nothing')) }
    const outcome: StudyOutcome = await execute(plan, {
      ...means({ options, fan, runner, journal }, course), stages, settles, settled: plan.jobs.map((j) => j.id),
    })
    return { outcome, runs: () => runsOf(journal, outcome.decisions), seconds: (begun - course.startedAt) / 1000 }
  })
}

/** The journal of such a job has its own folder. Files from a cache or an earlier run are ignored. */
async function onSite<T>(options: StudyOptions, fan: FanOut, use: (site: Site) => Promise<T>): Promise<T> {
  refuseBaseSpec(options)
  const checked = prepare(options)
  const choice = await afterChecks(checked, options.engine.choose(checked))
  const { pool, engine } = await onEngine(options.engine.wanted, choice, async (taken) => (
    { pool: await startPool(options, checked, taken), engine: taken.engine }
  ), (message) => {
    checked.then(() => options.listener({ type: 'notice', message }), () => {})
  })
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
function refuseBaseSpec({ baseSpec }: StudyOptions): void {
  if (!baseSpec) return
  throw new InputError([{
    code: 'study/no-base-spec', severity: 'error', message: 'a study spread over several jobs cannot retrain a baseline spec', found: baseSpec.path,
    hint: 'compare with a lock or with the declared levers (`baseline: retrain`), or verify in one job (mode: verify)',
  }])
}

type Place = Pick<Site, 'options' | 'fan' | 'runner' | 'journal'>

function means({ options: { listener, clock, signal }, fan, runner, journal }: Place, { startedAt }: Course): Means {
  return { runner, journal, listener, clock, elapsed: Math.max(0, fan.now() - startedAt), ...(signal ? { signal } : {}) }
}

/** Every job reads the same lock from the same checkout, so all of them stop the verification at the same look. */
const settlesOn = async ({ options, prepared, runner }: Site): Promise<Judging['settles']> =>
  (await judgingOf(options, prepared, runner.engine)).settles

/** Drives the study until stage `position` is decided and the next stage has runs to deal out or is decided without any. */
async function advance(site: Site, course: Course, position: number): Promise<Shards> {
  const { jobs } = site.prepared.plan
  const open = await drive(site, course, position, (job, runs) =>
    (job === jobs[position + 1] ? isWide(job, runs) : jobs.indexOf(job) > position + 1))
  return shardsOf(open.length, site.fan.shards)
}

/** The runs that the stage deals out. They are the same in every job, since all start from the same bundle. */
async function dealt(site: Site, stage: StageName): Promise<{ readonly course: Course; readonly open: readonly AskedRun[] }> {
  const course = await resume(site, stage)
  const position = positionOf(site.prepared.plan, stage)
  return { course, open: await drive(site, course, position, (job, runs) => job.id === stage && isWide(job, runs)) }
}

/**
 * Executes the study with the stages before `position` settled. Returns the runs that are open at its pause; none at its
 * end.
 */
async function drive(
  site: Site, course: Course, position: number, pause: NonNullable<Execution['pause']>,
): Promise<readonly AskedRun[]> {
  const { plan } = site.prepared
  const settled = plan.jobs.slice(0, Math.max(0, position)).map((j) => j.id)
  try {
    await execute(plan, { ...means(site, course), stages, settles: await settlesOn(site), settled, pause })
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
  throw new InputError([{
    code: 'study/no-such-stage', severity: 'error', message: 'the plan does not have the stage of this job', found: stage,
    allowed: jobs.map((j) => j.id).join(', '), hint: 'compile the workflow again and commit it',
  }])
}

/** Takes over the study as the previous stage left it. */
async function resume(site: Site, stage: StageName): Promise<Course> {
  const before = site.prepared.plan.jobs[positionOf(site.prepared.plan, stage) - 1]?.id ?? 'plan'
  const state = await fetchLatest(site, `after-${before}`)
  if (state === null) throw untrusted(`after-${before}`, 'no job of this workflow run uploaded it', 'rerun the jobs before this one')
  const { engine } = site.runner
  if (state.course.engine !== engine) {
    throw new InputError([{
      code: 'study/other-engine', severity: 'error', message: 'this job uses a different engine from the one that started the study',
      found: engine, allowed: state.course.engine, hint: 'set the engine of every job to the output of the plan job',
    }])
  }
  await absorb(site.journal, state.runs)
  return state.course
}
