import type { EngineName } from '../engines/index.ts'
import type { StageName } from '../records/plan.ts'
import { execute, Interrupted } from '../run/execute.ts'
import type { Runner } from '../run/runner.ts'
import type { AskedRun } from '../run/ahead.ts'
import { RunScheduler } from '../run/scheduler.ts'
import { stages } from '../stages/index.ts'
import { conclude, openStudy, type Study } from './conclude.ts'
import { studyRemedies } from './diagnostics.ts'
import { checkedScript } from './check-script.ts'
import { advance, dealt, positionOf, resume, type Shards } from './drive.ts'
import { absorb, absorbParts, fetchLatest, send, type FanOut } from './exchange.ts'
import { asFound, inJob, refuseBaseSpec, resources } from './job-context.ts'
import type { StudyOptions } from './options.ts'
import { outFolder } from './out-folder.ts'
import { isScript, prepare } from './prepare.ts'

export type { FanOut } from './exchange.ts'

/** How the study begins: the engine for its other jobs, and what the first stage deals out. */
export interface PlannedStudy {
  readonly shards: Shards
  readonly engine: EngineName
  readonly stages: readonly StageName[]
}

/** One job's share of the runs that a stage requests: every `of`-th run, starting at `index`, which counts from 1. */
export interface Shard {
  readonly index: number
  readonly of: number
}

/** Dealt out in turn, so that shares differ by at most one run and one job does not get all the long trials of a grid. */
const ownRuns = (open: readonly AskedRun[], { index, of }: Shard): AskedRun[] =>
  open.filter((_, position) => position % of === index - 1)

/** The first job: begins the study and stops where the first stage has runs to deal out. */
export function planStudy(options: StudyOptions, fan: FanOut): Promise<PlannedStudy> {
  return inJob(options, fan, async (context) => {
    const startedAt = fan.now() - Math.round(context.prepared.took)
    const { prepared, locate } = context
    const checked = await checkedScript(prepared, options, locate, outFolder(options, prepared))
    const found = isScript(checked) && checked.deterministic !== undefined ? { deterministic: checked.deterministic } : {}
    const state = { engine: context.runner.engine, startedAt, ...found }
    const shards = await advance(context, state, -1)
    await send(context, state, 'after-plan')
    return { shards, engine: context.engine, stages: context.prepared.plan.jobs.map((j) => j.id) }
  })
}

/**
 * A job of the matrix: trains its share of the runs that the stage deals out, and passes on what it has, however it ends.
 */
export function trainShard(options: StudyOptions, fan: FanOut, stage: StageName, shard: Shard): Promise<void> {
  return inJob(options, fan, async (context) => {
    const own = `${stage}-${shard.index}of${shard.of}`
    const { state, open } = await dealt(context, stage)
    await absorbParts(context, state, `${own}-`)
    try {
      await new RunScheduler(context.prepared.plan, resources(context, state)).train(ownRuns(open, shard))
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
 * and no verdict: it decides every stage again, from runs whose form, id and ranges `openShardBundle` checked. A job of the
 * same workflow run can still invent its measurements.
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
  const study = await openStudy({ ...options, fresh: true }, asFound(prepared, state), { label: state.engine, why: null })
  const { journal, judging } = study
  try {
    await absorb(journal, runs)
    const runner = trainsNothing(state.engine)
    const settled = plan.jobs.map((j) => j.id)
    const execution = {
      ...resources({ options, fan, runner, journal }, state),
      stages,
      settles: judging.settles,
      remedies: studyRemedies(plan),
      settled,
    }
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
