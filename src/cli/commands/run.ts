import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { StageName } from '../../plan/plan.ts'
import { Interrupted } from '../../run/execute.ts'
import type { Listener } from '../../run/events.ts'
import { reportText } from '../../report/json.ts'
import { engineHere, type EngineWish } from '../../study/engine.ts'
import { runStudy, type Study } from '../../study/run-study.ts'
import { engineFolder } from '../engine-folder.ts'
import { exitCodeOf, exitCodes } from '../exit.ts'
import { progressLogger } from '../progress.ts'
import { workerFiles } from '../worker-files.ts'
import { workspaceOf } from '../workspace.ts'

/** The options of `run` as the parser gives them. */
export interface RunOptions {
  readonly engine: EngineWish
  readonly stages?: StageName[]
  readonly seeds?: number
  readonly workers?: number
  readonly out?: string
  readonly baseline?: string
  readonly fresh?: boolean
  readonly json?: boolean
}

export async function runCommand(specPath: string, options: RunOptions): Promise<number> {
  const stop = new AbortController()
  const interrupted = (): void => stop.abort()
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    const study = await runStudy({
      specPath, workspace: workspaceOf(specPath), ...workerFiles(), workers: options.workers ?? availableParallelism(),
      engine: engineHere(options.engine, engineFolder()),
      ...(options.stages ? { stages: options.stages } : {}), ...(options.seeds === undefined ? {} : { seeds: options.seeds }),
      ...(options.out === undefined ? {} : { outDir: resolve(options.out) }), ...(options.baseline === undefined ? {} : { baselinePath: options.baseline }),
      fresh: options.fresh ?? false,
      listener: logger(), signal: stop.signal, startedAt: new Date().toISOString(), clock: () => performance.now(),
    })
    if (options.json) process.stdout.write(reportText(study.report))
    else process.stdout.write(closing(study))
    return exitCodeOf(study.verdict.status)
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    process.stderr.write('\nStopped. Finished runs are in the journal; the same command continues from them.\n')
    return exitCodes.interrupted
  } finally {
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
  }
}

/** Progress goes to standard error, so that standard output holds the result alone. */
function logger(): Listener {
  const { stderr } = process
  return progressLogger({
    write: (text) => { stderr.write(text) }, now: () => performance.now(), columns: stderr.columns ?? 80,
    isTerminal: stderr.isTTY && process.env['CI'] === undefined && process.env['TERM'] !== 'dumb',
  })
}

function closing({ report, verdict, files }: Study): string {
  const gates = verdict.gates.flatMap((g) => [`  ${g.status.padEnd(12)} ${g.sentence}`, ...(g.remedy === null ? [] : [`${' '.repeat(15)}${g.remedy}`])])
  const levers = report.levers.changes.map((c) => `  ${c.lever.padEnd(16)} ${String(c.from)} → ${String(c.to)}`)
  return [
    '', `${verdict.status.toUpperCase()}: ${verdict.sentence}`, ...gates,
    '', levers.length > 0 ? 'Levers moved:' : 'No lever was moved.', ...levers,
    '', `Report: ${files.page}`, verdict.status === 'pass' ? `Lock:   ${files.lockPath} (commit it beside the spec)` : `Lock:   ${files.lockPath} (of a study that did not pass)`, '',
  ].join('\n')
}
