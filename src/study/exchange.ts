import { InputError } from '../base/diagnostics.ts'
import type { Result } from '../base/result.ts'
import type { RunResult } from '../records/run.ts'
import type { Journal } from '../run/journal.ts'
import { openShardBundle, packShardBundle, type Binding, type StudyState, type ShardBundle } from '../run/shard-bundle.ts'
import { stageNames } from '../stages/index.ts'
import type { Prepared } from './prepare.ts'
import type { StudyOptions } from './options.ts'

/** Where the jobs of a workflow run leave files for each other. */
export interface Exchange {
  send(name: string, content: Uint8Array): Promise<void>
  fetch(name: string): Promise<Result<Uint8Array | null, string>>
  names(prefix: string): Promise<readonly string[]>
}

/** What a study spread over jobs needs besides what every study needs. */
export interface FanOut {
  readonly exchange: Exchange
  /** The workflow run, its commit, and its attempt. */
  readonly run: string
  readonly sha: string
  readonly attempt: number
  /** The most jobs that share the runs of a stage. */
  readonly shards: number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What names and binds a shard bundle. */
interface ExchangeSource {
  readonly fan: FanOut
  readonly prepared: Prepared
}

/** Where bundles are packed and unpacked. */
interface ExchangeContext extends ExchangeSource {
  readonly options: Pick<StudyOptions, 'listener'>
  readonly journal: Journal
}

/** From the latest attempt that left one; jobs that succeeded do not run again. */
export async function fetchLatest(at: ExchangeSource, content: string): Promise<ShardBundle | null> {
  for (let attempt = at.fan.attempt; attempt >= 1; attempt--) {
    const name = nameOf(at, content, attempt)
    const fetched = await at.fan.exchange.fetch(name)
    if (!fetched.ok) throw untrusted(name, fetched.error)
    if (fetched.value === null) continue
    const bundle = await openShardBundle(fetched.value, bindingOf(at, content), at.prepared.plan.workload)
    if (!bundle.ok) throw untrusted(name, bundle.error)
    return bundle.value
  }
  return null
}

/** The name of an artifact with finished runs of one stage, from one shard or from the job that trained the rest. */
const partPattern = new RegExp(`-((?:${stageNames.join('|')})-(?:\\d+of\\d+|rest))-\\d+\\.gz$`)

/** Runs that shards, and this job in an earlier attempt, have finished. A bundle that cannot be trusted is left out. */
export async function absorbParts(context: ExchangeContext, { engine }: StudyState, prefix: string): Promise<void> {
  const leftOut = (name: string, reason: string): void =>
    context.options.listener({
      type: 'notice',
      message: `artifact ${name} is ignored, and its runs are trained again: ${reason}`,
    })
  for (const name of await context.fan.exchange.names(nameOf(context, prefix))) {
    const content = partPattern.exec(name)?.[1]
    if (content === undefined) continue
    const fetched = await context.fan.exchange.fetch(name)
    const bundle =
      fetched.ok && fetched.value
        ? await openShardBundle(fetched.value, bindingOf(context, content), context.prepared.plan.workload)
        : fetched
    if (!bundle.ok) leftOut(name, bundle.error)
    else if (bundle.value !== null && 'runs' in bundle.value) {
      if (bundle.value.state.engine === engine) await absorb(context.journal, bundle.value.runs)
      else leftOut(name, `its engine is ${bundle.value.state.engine}`)
    }
  }
}

export async function absorb(journal: Journal, runs: readonly RunResult[]): Promise<void> {
  await Promise.all(runs.filter((run) => !journal.has(run.id)).map((run) => journal.append(run)))
}

export async function send(context: ExchangeContext, state: StudyState, content: string): Promise<void> {
  const packed = await packShardBundle(bindingOf(context, content), state, context.journal)
  await context.fan.exchange.send(nameOf(context, content, context.fan.attempt), packed)
}

const bindingOf = ({ fan: { run, sha }, prepared }: ExchangeSource, content: string): Binding => ({
  run,
  sha,
  plan: prepared.plan.fingerprint,
  content,
})

/** Without an attempt, the prefix of all names of a kind. */
const nameOf = ({ prepared }: Pick<ExchangeSource, 'prepared'>, content: string, attempt?: number): string =>
  `tunegate-${prepared.plan.fingerprint.slice(0, 12)}-${content}${attempt === undefined ? '' : `-${attempt}.gz`}`

export const untrusted = (name: string, found: string, hint = 'rerun the job that uploaded it'): InputError =>
  new InputError([
    {
      code: 'study/no-state',
      severity: 'error',
      message: `the study cannot be continued from the artifact ${name}`,
      found,
      hint,
    },
  ])
