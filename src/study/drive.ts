// How a job of a compiled workflow takes the study to where other jobs go on.
import { InputError } from '../base/diagnostics.ts'
import type { Plan, StageJob, StageName } from '../records/plan.ts'
import { execute, Paused, type Execution } from '../run/execute.ts'
import type { AskedRun } from '../run/ahead.ts'
import type { StudyState } from '../run/shard-bundle.ts'
import { stages } from '../stages/index.ts'
import { studyRemedies } from './diagnostics.ts'
import { absorb, fetchLatest, untrusted } from './exchange.ts'
import { asFound, resources, type JobContext } from './job-context.ts'
import { judgingOf, type Judging } from './judging.ts'

/** `1/8`: how a job of the matrix is named and addressed. */
export type Shards = readonly string[]

/** Every job reads the same lock from the same checkout, so all of them stop the verification at the same look. */
const settlesOn = async ({ options, prepared, runner }: JobContext, state: StudyState): Promise<Judging['settles']> =>
  (await judgingOf(options, asFound(prepared, state), runner.engine)).settles

/** Drives the study until stage `position` is decided and the next stage has runs to deal out or is decided without any. */
export async function advance(context: JobContext, state: StudyState, position: number): Promise<Shards> {
  const { jobs } = context.prepared.plan
  const open = await drive(context, state, position, (job, runs) =>
    job === jobs[position + 1] ? isWide(job, runs) : jobs.indexOf(job) > position + 1,
  )
  return shardsOf(open.length, context.fan.shards)
}

/** The runs that the stage deals out. They are the same in every job, since all start from the same bundle. */
export async function dealt(
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
    const settles = await settlesOn(context, state)
    await execute(plan, { ...resources(context, state), stages, settles, remedies: studyRemedies(plan), settled, pause })
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

export function positionOf({ jobs }: Plan, stage: StageName): number {
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
export async function resume(context: JobContext, stage: StageName): Promise<StudyState> {
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
