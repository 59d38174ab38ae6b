import { InputError } from '../base/diagnostics.ts'
import { sha256 } from '../base/hash.ts'
import { jsonOrUndefined, mostDepth } from '../base/json.ts'
import type { RunResult } from '../plan/run.ts'
import { isRun } from './valid-run.ts'

/**
 * What a journal belongs to. Runs of another workload (model, data, metrics) or engine must not be reused; other stages, seeds
 * or gates ask for other runs of the same workload, and those that they share keep their ids.
 */
export interface JournalHeader {
  readonly journal: 1
  /** Fingerprint of the plan's workload. */
  readonly workload: string
  readonly spec: string
  readonly data: string
  readonly engine: string
}

/** Eight hexadecimal digits: enough against a bad disk or a slip of an editor; nobody is assumed to forge a journal. */
const checkOf = (id: string, run: string): string => sha256(`${id} ${run}`).slice(0, 8)

/** `{"id":…,"check":…,"run":…}` and a line break; the check covers id and run, so that a damaged line is noticed. */
export function journalLine(result: RunResult): string {
  const run = JSON.stringify(result)
  return `{"id":"${result.id}","check":"${checkOf(result.id, run)}","run":${run}}\n`
}

const shape = /^\{"id":"([0-9a-f]{1,64})","check":"([0-9a-f]{8})","run":/

/** The id of an undamaged line, without the cost of parsing it; undefined for anything else. */
export function idOfLine(line: string): string | undefined {
  const match = shape.exec(line)
  if (!match || !line.endsWith('}')) return undefined
  const id = match[1] ?? ''
  return checkOf(id, line.slice(match[0].length, -1)) === match[2] ? id : undefined
}

/** Longer lines are damaged: a run of a million steps has less. */
export const mostLineBytes = 128 * 2 ** 20
export const lineLimits = { bytes: mostLineBytes, depth: mostDepth, values: 10_000_000 }
const headerLimits = { bytes: 10_000, depth: 4, values: 100 }

/** The run of a line whose check was right when the journal was opened. */
export function runOfLine(line: string): RunResult {
  const value = jsonOrUndefined(line, lineLimits)
  const run: unknown = typeof value === 'object' && value !== null && 'run' in value ? value.run : undefined
  if (isRun(run)) return run
  throw new InputError([{
    code: 'journal/damaged', severity: 'error', message: 'the journal holds a line that no run has written', found: line.slice(0, 80),
    hint: 'remove the output folder, or train everything again by --fresh',
  }])
}

export function parseHeader(line: string | undefined): JournalHeader | undefined {
  try {
    const header = (jsonOrUndefined(line ?? '', headerLimits) ?? {}) as Partial<JournalHeader>
    const { journal, workload, spec, data, engine } = header
    const whole = journal === 1 && [workload, spec, data, engine].every((v) => typeof v === 'string')
    return whole ? (header as JournalHeader) : undefined
  } catch {
    return undefined
  }
}

/** Which parts differ, in words; empty where the journal belongs to this study. */
export function differences(was: JournalHeader, is: JournalHeader): string[] {
  if (was.workload === is.workload && was.engine === is.engine) return []
  const parts = [
    ...was.spec !== is.spec ? ['the spec'] : [], ...was.data !== is.data ? ['the data'] : [],
    ...was.engine !== is.engine ? ['the engine'] : [],
  ]
  return parts.length > 0 ? parts : ['the workload']
}
