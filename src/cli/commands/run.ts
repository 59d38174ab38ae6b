import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { StageName } from '../../records/plan.ts'
import { Interrupted } from '../../run/execute.ts'
import type { Listener } from '../../run/events.ts'
import { reportText } from '../../report/json.ts'
import { InputError } from '../../base/diagnostics.ts'
import { namedBaseline, type Baseline } from '../../study/baseline.ts'
import type { EngineWish } from '../../engines/index.ts'
import { modelFormatNames, type ModelFormatName } from '../../saved-model/formats/index.ts'
import { engineHere } from '../../study/engine.ts'
import { runStudy } from '../../study/run-study.ts'
import { baseDataOf } from '../base-data.ts'
import { closing } from '../closing.ts'
import { engineFolder } from '../engine-folder.ts'
import { exitCodeOf } from '../exit.ts'
import { err, out } from '../print.ts'
import { progressLogger, type ProgressLogger } from '../progress.ts'
import { StopSwitch } from '../stop.ts'
import { workerScript } from '../bundled-files.ts'
import { workspaceOf } from '../workspace.ts'

/** The options of `run` as the parser gives them. */
export interface RunOptions {
  readonly engine: EngineWish
  readonly stages?: StageName[]
  readonly seeds?: number
  readonly workers?: number
  readonly out?: string
  readonly baseline?: string
  readonly baseSpec?: string
  readonly baseData?: string
  readonly fresh?: boolean
  readonly saveModel?: readonly ModelFormatName[] | true
  readonly json?: boolean
}

export async function runCommand(specPath: string, options: RunOptions): Promise<number> {
  const stop = new StopSwitch()
  const progress = logger()
  try {
    const study = await runStudy({
      specPath,
      workspace: workspaceOf(specPath),
      env: process.env,
      workerScript: workerScript(),
      workers: options.workers ?? availableParallelism(),
      engine: engineHere(options.engine, engineFolder()),
      stages: options.stages,
      seeds: options.seeds,
      outDir: options.out === undefined ? undefined : resolve(options.out),
      baseline: baselineOf(options),
      baseData: await baseDataOf(options.baseData, options.baseSpec),
      saveModel: options.saveModel === true ? modelFormatNames : options.saveModel,
      fresh: options.fresh ?? false,
      listener: arming(stop, progress.listener),
      signal: stop.signal,
      startedAt: new Date().toISOString(),
      clock: () => performance.now(),
    }).finally(progress.end)
    if (options.json) out.document(reportText(study.report))
    else
      out.lines(...closing({ ...study, page: study.files.page, lockPath: study.files.lockPath }, columnsOf(process.stdout)))
    return exitCodeOf(study.verdict.status)
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    err.lines('', 'Stopped. Finished runs are in the journal; the same command continues from them.')
    return stop.code
  } finally {
    stop.disarm()
  }
}

/** A base spec is only retrained. If a lock were named too, it would be unclear which of them the gates use. */
function baselineOf({ baseSpec, baseline }: RunOptions): Baseline {
  const named = namedBaseline(baseline)
  if (baseSpec === undefined) return named
  if (baseline === undefined || named.kind === 'declared') return { kind: 'spec', spec: { path: baseSpec } }
  throw new InputError([
    {
      code: 'run/two-baselines',
      severity: 'error',
      message: 'two baselines are given',
      found: `--baseline ${baseline} --base-spec ${baseSpec}`,
      allowed: '--base-spec alone, or with --baseline retrain',
    },
  ])
}

/** Until there is something to keep, a signal ends the process at once: reading a large file does not stop for a handler. */
function arming(stop: StopSwitch, listener: Listener): Listener {
  return (event) => {
    if (event.type === 'study-started') stop.arm()
    listener(event)
  }
}

/** Progress goes to standard error, so that standard output contains only the result. */
function logger(): ProgressLogger {
  const { stderr, env } = process
  const isTerminal = stderr.isTTY && env['CI'] === undefined && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return progressLogger({
    write: err.raw,
    now: () => performance.now(),
    // A log has no width: its lines are whole.
    get columns() {
      return isTerminal ? columnsOf(stderr) : Infinity
    },
    get rows() {
      return stderr.rows
    },
    letters: lettersOf(env),
    isTerminal,
  })
}

/** The width for a log if it is unknown; 0 is no width either. */
const columnsOf = (stream: { readonly columns?: number }): number => stream.columns || 80

/**
 * A terminal that says its character set is not Unicode gets none. One that says nothing gets it, since all current ones
 * support it.
 */
function lettersOf(env: NodeJS.ProcessEnv): 'unicode' | 'plain' {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'UTF-8'
  return /utf-?8/i.test(locale) ? 'unicode' : 'plain'
}
