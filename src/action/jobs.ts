import { InputError } from '../base/diagnostics.ts'
import { unreachable } from '../base/result.ts'
import type { Runner } from '../github/environment.ts'
import type { Mode } from '../github/inputs.ts'
import { say } from '../github/log.ts'
import { annotate } from '../github/annotations.ts'
import { writeBegun, writeShards, writeVerdict } from '../github/outputs.ts'
import { artifactBundles } from '../github/shard-bundles.ts'
import { writeSummary } from '../github/summary.ts'
import { Interrupted } from '../run/execute.ts'
import { mostPackedBytes } from '../run/shard-bundle.ts'
import { decideStage, gateStudy, planStudy, trainShard, type FanOut } from '../study/fan-out.ts'
import type { Study } from '../study/conclude.ts'
import type { StudyOptions } from '../study/options.ts'
import type { Step, StepInputs } from './inputs.ts'
import { postInstead } from './post-step.ts'

type JobInputs = Pick<StepInputs, 'stage' | 'shard' | 'shards' | 'jobMinutes'>

/** What a compiled workflow's jobs do. */
const jobModes = ['plan', 'shard', 'stage', 'gate'] as const satisfies readonly Mode[]
export type JobMode = (typeof jobModes)[number]
export const isJobMode = (mode: Mode): mode is JobMode => jobModes.some((job) => job === mode)

/**
 * One job of a compiled workflow. The gate returns the study, or null if there is none to judge; the other jobs are done.
 */
export async function jobOf(mode: JobMode, { inputs, runner }: Step, options: StudyOptions): Promise<Study | 'done' | null> {
  const fan = fanOutOf(inputs, runner)
  const limit = inputs.jobMinutes === null ? undefined : AbortSignal.timeout(inputs.jobMinutes * 60_000)
  const limited = { ...options, signal: AbortSignal.any([options.signal, limit].filter((s) => s !== undefined)) }
  switch (mode) {
    case 'plan':
      await begin(limited, fan)
      return 'done'
    case 'shard':
      await shard(inputs, limited, fan, limit)
      return 'done'
    case 'stage':
      writeShards(await decideStage(limited, fan, given(inputs.stage)))
      return 'done'
    case 'gate':
      return gateStudy(options, fan)
    default:
      return unreachable(mode, 'mode')
  }
}

async function begin(options: StudyOptions, fan: FanOut): Promise<void> {
  const { shards, ...begun } = await planStudy(options, fan)
  writeBegun(begun)
  writeShards(shards)
}

/** A shard that hits its own limit has done what it could: the stage's job trains the rest. */
async function shard(inputs: JobInputs, options: StudyOptions, fan: FanOut, limit: AbortSignal | undefined): Promise<void> {
  try {
    await trainShard(options, fan, given(inputs.stage), given(inputs.shard))
  } catch (error) {
    if (!(error instanceof Interrupted) || !limit?.aborted) throw error
    say(`Stopped after ${inputs.jobMinutes} minutes, the job-minutes limit. The stage's own job trains the rest.`)
  }
}

function fanOutOf({ shards }: JobInputs, { noArtifacts, workflowRun: run }: Runner): FanOut {
  const missing = noArtifacts ?? (run === null ? 'the step does not run in a workflow' : null)
  if (missing !== null || run === null) {
    throw new InputError([
      {
        code: 'action/no-jobs',
        severity: 'error',
        message: 'the jobs of a compiled workflow need artifacts to share their runs',
        found: missing ?? '',
        hint: 'tune in one job: leave out the input mode',
      },
    ])
  }
  return { ...run, exchange: artifactBundles(mostPackedBytes), shards, now: () => Date.now() }
}

/** The inputs were checked with the mode. */
function given<T>(value: T | null): T {
  if (value === null) throw new Error('an input that its mode requires is missing')
  return value
}

const message =
  'A stage before this gate did not finish, so there is nothing to judge. Finished runs are kept: ' +
  'rerun the failed jobs to continue from there.'

/** A gate without evidence is red, with an inconclusive verdict. */
export async function unfinished(step: Step): Promise<number> {
  say(`INCONCLUSIVE: ${message}`)
  writeVerdict('inconclusive')
  annotate([{ level: 'error', title: 'Verdict: inconclusive', message }])
  await writeSummary(`## Inconclusive: the study is not finished\n\n${message}\n`)
  await postInstead('Inconclusive: the study is not finished', message, step)
  return 1
}
