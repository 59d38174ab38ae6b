import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import type { Locate } from '../dsl/parse.ts'
import type { EngineName } from '../engines/index.ts'
import type { Journal } from '../run/journal.ts'
import type { Runner } from '../run/runner.ts'
import type { RunResources } from '../run/scheduler.ts'
import type { StudyState } from '../run/shard-bundle.ts'
import { onEngine } from './engine.ts'
import { engineFor } from './engine-for.ts'
import type { FanOut } from './exchange.ts'
import type { StudyOptions } from './options.ts'
import { isScript, startPreparing, type Prepared } from './prepare.ts'
import { noticeAfter, openJournal, startPool } from './resources.ts'
import { afterChecks } from './run-study.ts'

/** What a job of a compiled workflow works with. */
export interface JobContext {
  readonly engine: EngineName
  readonly options: StudyOptions
  readonly fan: FanOut
  readonly prepared: Prepared
  /** Where the values of the spec are. */
  readonly locate: Locate
  readonly runner: Runner
  readonly journal: Journal
}

/** The journal of such a job has its own folder. Files from a cache or an earlier run are ignored. */
export async function inJob<T>(options: StudyOptions, fan: FanOut, use: (context: JobContext) => Promise<T>): Promise<T> {
  refuseBaseSpec(options)
  const preparing = startPreparing(options)
  const checked = preparing.prepared
  const { choice, wanted } = await afterChecks(checked, engineFor(options.engine, preparing, options))
  const { pool, engine } = await onEngine(
    wanted,
    choice,
    async (taken) => ({ pool: await startPool(options, checked, taken), engine: taken.engine }),
    noticeAfter(checked, options.listener),
  )
  const prepared = await checked
  const { locate } = (await preparing.read).parsed
  const folder = await mkdtemp(join(tmpdir(), 'tunegate-job-'))
  try {
    const journal = await openJournal(folder, prepared, pool.engine, options)
    try {
      return await use({ engine, options, fan, prepared, locate, runner: pool, journal })
    } finally {
      await journal.close()
    }
  } finally {
    pool.close()
    await rm(folder, { recursive: true, force: true })
  }
}

type Place = Pick<JobContext, 'options' | 'fan' | 'runner' | 'journal'>

/** For the part of the study that this job executes. */
export function resources(
  { options: { listener, clock, signal, saveModel }, fan, runner, journal }: Place,
  { startedAt }: StudyState,
): RunResources {
  return {
    runner,
    journal,
    listener,
    clock,
    elapsed: Math.max(0, fan.now() - startedAt),
    signal,
    keepWeights: saveModel !== undefined,
  }
}

/** A script as the first job found it: whether equal runs differ shows in one place, and holds for all jobs. */
export const asFound = (prepared: Prepared, { deterministic }: StudyState): Prepared =>
  isScript(prepared) && deterministic !== undefined ? { ...prepared, deterministic } : prepared

/**
 * Its runs belong to another plan, and no job of the matrix handles those. If they were left out silently, the gates would
 * ask a different question.
 */
export function refuseBaseSpec({ baseline }: StudyOptions): void {
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
