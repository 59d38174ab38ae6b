import { lineOf } from '../base/diagnostics.ts'
import type { EngineChoice } from '../engines/choose.ts'
import { engineNamed } from '../engines/index.ts'
import { gateOf } from '../gates/index.ts'
import type { Listener } from '../run/events.ts'
import { execute, Interrupted } from '../run/execute.ts'
import type { WorkerPool } from '../run/pool.ts'
import { stages } from '../stages/index.ts'
import { retrainBase } from './base-study.ts'
import { conclude, openStudy, type Study } from './conclude.ts'
import { studyRemedies } from './diagnostics.ts'
import { EngineBroke, onEngine, withBreaks } from './engine.ts'
import { engineFor } from './engine-for.ts'
import { liveWriter } from './live.ts'
import type { StudyOptions } from './options.ts'
import { outFolder } from './out-folder.ts'
import { startPreparing, type Prepared, type Preparing } from './prepare.ts'
import { checkedScript } from './check-script.ts'
import { noticeAfter, startPool } from './resources.ts'
import { fitThreads, threadsBefore, type Fitted, type Split } from './threads.ts'

/**
 * The whole path: prepare → run → conclude. The command line and the action both use it. The spec and the data are checked
 * while the engine and its workers start.
 */
export async function runStudy(options: StudyOptions): Promise<Study> {
  const preparing = startPreparing(options)
  const checking = preparing.prepared
  const begun = announced(checking, options)
  const { choice, wanted } = await afterChecks(checking, engineFor(options.engine, preparing, options))
  const notice = noticeAfter(begun, options.listener)
  return await onEngine(wanted, choice, (taken) => studyOn(taken, options, preparing, begun), notice)
}

/** Shows the warnings once the check is done. Resolves with the time when training begins. */
function announced(checking: Promise<Prepared>, { listener, clock }: StudyOptions): Promise<number> {
  const begun = checking.then(({ warnings }) => {
    for (const warning of warnings) listener({ type: 'notice', message: lineOf(warning) })
    return clock()
  })
  begun.catch(() => {})
  return begun
}

/** Problems with the spec or data are reported before problems with the engine. */
export async function afterChecks<T>(checking: Promise<unknown>, work: Promise<T>): Promise<T> {
  return await work.catch(async (error: unknown) => {
    await checking
    throw error
  })
}

/** The study on an engine, from its workers to its report. */
async function studyOn(
  choice: EngineChoice,
  given: StudyOptions,
  { read, prepared: checking }: Preparing,
  begun: Promise<number>,
): Promise<Study> {
  const tried = checking.then(async (prepared) =>
    checkedScript(prepared, given, (await read).parsed.locate, outFolder(given, prepared)),
  )
  const first = await startPool(given, tried, choice)
  const [prepared, start] = [await tried, await begun]
  const { pool, workers, threads, why } = await fitted(given, prepared, choice, first)
  const options = { ...given, workers }
  const { baseline, listener, clock, signal } = options
  try {
    const retraining = { head: prepared, choice, threads, outDir: outFolder(options, prepared) }
    const base = baseline?.kind === 'spec' ? await retrainBase(options, baseline.spec, retraining) : null
    const engine = { label: pool.engine, why: why === null ? choice.why : `${choice.why}; ${why}` }
    const study = await openStudy(options, prepared, engine, base)
    try {
      const { journal, judging } = study
      const live = liveWriter(study, options)
      const told: Listener = (event) => {
        live.listener(event)
        listener(event)
      }
      const resources = { runner: withBreaks(pool), journal, listener: told, clock, signal, preparing: prepared.took }
      const outcome = await execute(prepared.plan, {
        ...resources,
        stages,
        keepWeights: options.saveModel !== undefined,
        ahead: mayTrainAhead(prepared.plan, options),
        settles: judging.settles,
        remedies: studyRemedies(prepared.plan),
      })
      pool.close()
      const concluded = await conclude(study, outcome, (clock() - start) / 1000)
      await live.end()
      return concluded
    } finally {
      await study.journal.close()
    }
  } finally {
    pool.close()
  }
}

/**
 * Not if models are saved, since nobody knows yet which run keeps its weights; and not if a gate compares times, since both
 * sides must be timed beside the same work.
 */
const mayTrainAhead = ({ gates }: Prepared['plan'], { saveModel }: StudyOptions): boolean =>
  saveModel === undefined && !gates.some((rule) => gateOf(rule).restsOnTime)

/** The pool, or a faster one with fewer workers and more threads. */
async function fitted(
  options: StudyOptions,
  prepared: Prepared,
  choice: EngineChoice,
  pool: WorkerPool,
): Promise<Fitted<WorkerPool>> {
  const engine = engineNamed(choice.engine)
  if (!engine.threadsOf) return { pool, workers: pool.slots, threads: 1, why: null }
  const start = (split: Split): Promise<WorkerPool> =>
    startPool({ ...options, workers: split.workers }, Promise.resolve(prepared), choice, split.threads)
  const before = options.fresh ? null : await threadsBefore(outFolder(options, prepared), engine)
  try {
    return await fitThreads({ plan: prepared.plan, pool, start, slowStep: options.slowStep ?? 1, before })
  } catch (error) {
    pool.close()
    throw options.signal?.aborted ? new Interrupted() : error instanceof EngineBroke ? error : new EngineBroke(error)
  }
}
