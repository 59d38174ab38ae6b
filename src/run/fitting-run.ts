import { jsonOrUndefined } from '../base/json.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import { idOfLine, lineLimits } from './journal-line.ts'
import { isRun } from './valid-run.ts'

/**
 * The run of a line, where it belongs to a study: the line is whole, the run has the form of one, it was trained by this
 * engine, and its id is the one that its request has in the study's workload. The id is a hash of all that shapes a run, so
 * a run that fits is right whatever else the file says.
 */
export function fittingRun(line: string, engine: string, idOf: (request: RunRequest) => string): RunResult | undefined {
  const id = idOfLine(line)
  const parsed = id === undefined ? undefined : jsonOrUndefined(line, lineLimits)
  const run: unknown = typeof parsed === 'object' && parsed !== null && 'run' in parsed ? parsed.run : undefined
  return isRun(run) && run.id === id && run.engine === engine && idOf(run.request) === id ? run : undefined
}
