import { jsonOrUndefined } from '../base/json.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import { idOfLine, lineLimits } from './journal-line.ts'
import { isRun } from './valid-run.ts'

/**
 * The run on a line if it belongs to the study: the line is intact, it has the form of a run, this engine trained it, and
 * its id matches its request in the study's workload. The id is a hash of everything that shapes a run, so a matching run is
 * right whatever else the file says.
 */
export function fittingRun(line: string, engine: string, idOf: (request: RunRequest) => string): RunResult | undefined {
  const id = idOfLine(line)
  const parsed = id === undefined ? undefined : jsonOrUndefined(line, lineLimits)
  const run: unknown = typeof parsed === 'object' && parsed !== null && 'run' in parsed ? parsed.run : undefined
  return isRun(run) && run.id === id && run.engine === engine && idOf(run.request) === id ? run : undefined
}
