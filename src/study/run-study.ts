import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { lineOf } from '../base/diagnostics.ts'
import { explainFileError, makeFolder } from '../base/files.ts'
import { verificationStatistics } from '../gates/verification.ts'
import type { VerifyFindings } from '../records/decision.ts'
import type { Lock } from '../records/lock.ts'
import type { RunResult } from '../records/run.ts'
import type { Verdict } from '../records/verdict.ts'
import { buildReport } from '../report/build.ts'
import type { ChangeSection, Report } from '../report/model.ts'
import { summarizeRun } from '../report/runs.ts'
import type { EngineChoice } from '../engines/choose.ts'
import { engineNamed } from '../engines/index.ts'
import type { Listener } from '../run/events.ts'
import { execute, Interrupted, runsOf, type StudyOutcome } from '../run/execute.ts'
import type { Journal } from '../run/journal.ts'
import type { WorkerPool } from '../run/pool.ts'
import { stages } from '../stages/index.ts'
import type { BaselineEvidence } from '../gates/evidence.ts'
import type { BaseData } from './base-file.ts'
import { retrainBase } from './base-study.ts'
import { studyDiagnostics } from './diagnostics.ts'
import { changeOf } from './evaluation-rows.ts'
import { EngineBroke, onEngine, withBreaks, type EngineSource } from './engine.ts'
import { judgingOf, type Judging } from './judging.ts'
import { checksMade, prepare, type Prepared, type SpecSource } from './prepare.ts'
import { openJournal, startPool } from './resources.ts'
import { repeatCommand } from './repeat.ts'
import { fitThreads, threadsBefore, type Fitted, type Split } from './threads.ts'
import { toolName } from './version.ts'
import { writeReport, type WrittenFiles } from './write-report.ts'

export interface StudyOptions extends SpecSource {
  /** Where the report goes; `.tunegate/<name>` in the workspace if omitted. */
  readonly outDir?: string | undefined
  readonly workers: number
  readonly engine: EngineSource
  /** Seconds per step with native threads above which fewer workers with more threads are tried; 1 if omitted. */
  readonly slowStep?: number | undefined
  /** The file that a worker process runs. The files of embedded engines are beside it. */
  readonly workerScript: string
  /** The data of the baseline: its spec is retrained on it, and the change's rows are compared with it. */
  readonly baseData?: BaseData | undefined
  /** Sets an earlier journal aside. */
  readonly fresh?: boolean | undefined
  readonly listener: Listener
  readonly signal?: AbortSignal | undefined
  /** Wall-clock time of the start, ISO 8601; null leaves it out of the report. */
  readonly startedAt: string | null
  /** Milliseconds from any origin. */
  readonly clock: () => number
}

export interface Study {
  readonly prepared: Prepared
  readonly report: Report
  readonly verdict: Verdict
  readonly lock: Lock
  readonly files: WrittenFiles
}

/** The whole path: spec → plan → runs → decisions → verdict → report. The command line and the action both use it. */
export async function runStudy(options: StudyOptions): Promise<Study> {
  const { listener, engine, clock } = options
  const checked = prepare(options)
  const begun = checked.then(({ warnings }) => {
    for (const warning of warnings) listener({ type: 'notice', message: lineOf(warning) })
    return clock()
  })
  // The code that awaits the check itself reports its errors.
  begun.catch(() => {})
  const choice = await afterChecks(checked, engine.choose(checked))
  return await onEngine(
    engine.wanted,
    choice,
    (taken) => trainAndConclude(options, checked, taken, begun),
    (message) => {
      begun.then(
        () => listener({ type: 'notice', message }),
        () => {},
      )
    },
  )
}

/** Problems with the spec or data are reported before problems with the engine. */
export async function afterChecks<T>(checked: Promise<unknown>, work: Promise<T>): Promise<T> {
  return await work.catch(async (error: unknown) => {
    await checked
    throw error
  })
}

async function trainAndConclude(
  options: StudyOptions,
  checked: Promise<Prepared>,
  choice: EngineChoice,
  begun: Promise<number>,
): Promise<Study> {
  const { listener, clock, signal } = options
  const first = await startPool(options, checked, choice)
  const [prepared, start] = [await checked, await begun]
  const { pool, workers, threads, why } = await fitted(options, prepared, choice, first)
  try {
    const base =
      options.baseline?.kind !== 'spec'
        ? null
        : await retrainBase({ ...options, workers }, options.baseline.spec, {
            head: prepared,
            choice,
            threads,
            outDir: outFolder(options, prepared),
          })
    const engine = { label: pool.engine, why: why === null ? choice.why : `${choice.why}; ${why}`, base }
    return await concludeStudy({ ...options, workers }, prepared, engine, async (journal, { settles }) => {
      const execution = {
        stages,
        settles,
        runner: withBreaks(pool),
        journal,
        listener,
        clock,
        preparing: prepared.took,
        ...(signal ? { signal } : {}),
      }
      const outcome = await execute(prepared.plan, execution)
      pool.close()
      return { outcome, runs: () => runsOf(journal, outcome.decisions), seconds: (clock() - start) / 1000 }
    })
  } finally {
    pool.close()
  }
}

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

/** How a study reached its decisions, with access to its runs while the journal is open. */
type StudyEnd = Pick<Finished, 'outcome' | 'runs' | 'seconds'>

/** Label of the engine that trained, and why it was chosen, if known. */
interface EngineUsed {
  readonly label: string
  readonly why: string | null
  /** Runs of a base spec that were retrained before; null or omitted if there are none. */
  readonly base?: BaselineEvidence | null
}

/** Opens the study's folder with its journal, runs what needs it, then writes verdict and report. */
export async function concludeStudy(
  options: StudyOptions,
  prepared: Prepared,
  engine: EngineUsed,
  study: (journal: Journal, judging: Judging) => Promise<StudyEnd>,
): Promise<Study> {
  const judging = await judgingOf(options, prepared, engine.label, engine.base)
  const outDir = outFolder(options, prepared)
  await makeFolder(outDir).catch((error: unknown) => {
    throw explainFileError(error, 'run/no-output-folder', 'the output folder cannot be created')
  })
  const journal = await openJournal(outDir, prepared, engine.label, options)
  try {
    return await conclude({ options, prepared, judging, outDir, engine, ...(await study(journal, judging)) })
  } finally {
    await journal.close()
  }
}

const outFolder = (options: StudyOptions, { plan }: Prepared): string =>
  options.outDir ?? join(options.workspace, '.tunegate', folderName(plan.name, options))

/** A study of some stages, or under other seeds, has its own folder: it must not set aside the whole study's results. */
function folderName(name: string, { stages, seeds }: SpecSource): string {
  return [name, ...(stages ?? []), ...(seeds === undefined ? [] : [`${seeds}-seeds`])].join('-')
}

interface Finished {
  readonly options: StudyOptions
  readonly prepared: Prepared
  readonly judging: Judging
  readonly outDir: string
  readonly outcome: StudyOutcome
  /** The study's runs, one in memory at a time. */
  readonly runs: () => AsyncIterable<RunResult>
  readonly engine: EngineUsed
  readonly seconds: number
}

/** Evidence → verdict → report → files. */
async function conclude(finished: Finished): Promise<Study> {
  const { prepared, judging, outcome, outDir, runs } = finished
  const verify = verifyFindings(outcome)
  const verdict = judging.verdict(verify, outcome.cutShort)
  const report = await reportOf(finished, verdict, verify, judging.evidence(verify).baseline?.source ?? null)
  const files = await writeReport(report, outDir, runs())
  return { prepared, report, verdict, lock: files.lock, files }
}

async function reportOf(
  { options, prepared, judging, outcome, engine, seconds, runs }: Finished,
  verdict: Verdict,
  verify: VerifyFindings | null,
  against: string | null,
): Promise<Report> {
  const { plan, dataset, spec, findings } = prepared
  const summaries = []
  for await (const run of runs()) summaries.push(summarizeRun(run, plan.baseline))
  const change = await changeOf(prepared, options.baseData)
  return buildReport({
    plan,
    decisions: outcome.decisions,
    runs: summaries,
    verdict,
    against,
    lock: judging.lock?.lock ?? null,
    ...(engine.base ? { base: engine.base } : {}),
    engine: engine.label,
    tool: toolName,
    statistics: verify ? verificationStatistics(verify, plan.workload.objective) : [],
    diagnostics: await studyDiagnostics(plan, verify, runs()),
    command: repeatCommand(options, otherData(change) ? options.baseData?.path : undefined),
    specFile: options.specPath,
    data: { source: spec.data.source, checks: checksMade(spec), findings, notes: dataset.notes },
    omissions: [],
    exhausted: outcome.exhausted,
    cutShort: outcome.cutShort,
    ...(change ? { change } : {}),
    timing: {
      startedAt: options.startedAt,
      seconds,
      stages: outcome.seconds,
      machine: machineOf(options, engine),
    },
  })
}

/** Whether rows or columns were compared with those of another file, and differ. */
const otherData = (change: ChangeSection | undefined): boolean =>
  change !== undefined &&
  (Boolean(change.training ?? change.columns) || (change.rows !== undefined && 'parts' in change.rows))

function machineOf({ workers }: StudyOptions, { why }: EngineUsed): Report['timing']['machine'] {
  const machine = {
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    workers,
    node: process.version,
  }
  return why === null ? machine : { ...machine, whyEngine: why }
}

const verifyFindings = ({ decisions }: StudyOutcome): VerifyFindings | null =>
  decisions.find((d) => d.findings.verify)?.findings.verify ?? null
