import { InputError } from '../base/diagnostics.ts'
import { fingerprint, sha256 } from '../base/hash.ts'
import { jsonOrUndefined, mostDepth } from '../base/json.ts'
import type { Plan } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import { isRun } from './valid-run.ts'

/**
 * What a journal belongs to. Runs of another workload (model, data, metrics) or engine must not be reused. Other stages,
 * seeds or gates request other runs of the same workload, and the runs that they share keep their ids.
 */
export interface JournalHeader {
  readonly journal: 1
  /** Fingerprint of the plan's workload. */
  readonly workload: string
  readonly spec: string
  readonly data: string
  readonly engine: string
}

/** The header of the journal in which the runs of a plan are kept. */
export const journalHeader = ({ workload, specFingerprint }: Plan, engine: string): JournalHeader => ({
  journal: 1,
  workload: fingerprint(workload),
  spec: specFingerprint,
  data: workload.data.fingerprint,
  engine,
})

/**
 * Eight hexadecimal digits: enough to detect a bad disk or an editing mistake. The threat model includes no forged journal.
 */
const shortHash = (text: string): string => sha256(text).slice(0, 8)
const checkOf = (id: string, run: string): string => shortHash(`${id} ${run}`)

/** `{"id":…,"check":…,"run":…}` and a line break. The check covers id and run, so a damaged line is detected. */
export function journalLine(result: RunResult): string {
  const run = JSON.stringify(result)
  return `{"id":"${result.id}","check":"${checkOf(result.id, run)}","run":${run}}\n`
}

const shape = /^\{"id":"([0-9a-f]{1,64})","check":"([0-9a-f]{8})","run":/

/** The id of an intact line, without the cost of parsing it; undefined for anything else. */
export function idOfLine(line: string): string | undefined {
  const match = shape.exec(line)
  if (!match || !line.endsWith('}')) return undefined
  const id = match[1] ?? ''
  return checkOf(id, line.slice(match[0].length, -1)) === match[2] ? id : undefined
}

/** Longer lines are damaged; even a run of a million steps is shorter. */
export const mostLineBytes = 128 * 2 ** 20
export const lineLimits = { bytes: mostLineBytes, depth: mostDepth, values: 10_000_000 }
const headerLimits = { bytes: 10_000, depth: 4, values: 100 }

/** The run on a line whose check passed when the journal was opened. */
export function runOfLine(line: string): RunResult {
  const value = jsonOrUndefined(line, lineLimits)
  const run: unknown = typeof value === 'object' && value !== null && 'run' in value ? value.run : undefined
  if (isRun(run)) return asLogged(run)
  throw new InputError([
    {
      code: 'journal/damaged',
      severity: 'error',
      message: 'the journal has a line that no run wrote',
      found: line.slice(0, 80),
      hint: 'remove the output folder, or train everything again with --fresh',
    },
  ])
}

/** The first line of a journal. A check covers its content, so damage is not mistaken for another study. */
export function headerLine(header: JournalHeader): string {
  return `${JSON.stringify({ ...header, check: checkOfHeader(header) })}\n`
}

const checkOfHeader = ({ journal, workload, spec, data, engine }: JournalHeader): string =>
  shortHash(JSON.stringify([journal, workload, spec, data, engine]))

export interface FoundHeader {
  readonly header: JournalHeader
  /** False if an older version wrote it, without a check. */
  readonly checked: boolean
}

/** Undefined if the line is damaged, from a later version, or not a header at all. */
export function parseHeader(line: string): FoundHeader | undefined {
  try {
    // An editor may have put a byte order mark before it.
    const value = jsonOrUndefined(line.replace(/^\ufeff/, ''), headerLimits)
    const { check, ...header } = (value ?? {}) as Partial<JournalHeader & { check: unknown }>
    const { journal, workload, spec, data, engine } = header
    const texts = [workload, spec, data, engine]
    if (journal !== 1 || Object.keys(header).length !== 5 || !texts.every((v) => typeof v === 'string')) return undefined
    const found = header as JournalHeader
    if (check === undefined) return { header: found, checked: false }
    return check === checkOfHeader(found) ? { header: found, checked: true } : undefined
  } catch {
    return undefined
  }
}

/**
 * Milliseconds that the study has used so far, on a separate line. If there are several such lines, the largest value
 * counts.
 */
export function elapsedLine(milliseconds: number): string {
  const whole = Math.ceil(milliseconds)
  return `{"elapsed":${whole},"check":"${checkOfElapsed(whole)}"}\n`
}

const checkOfElapsed = (whole: number): string => shortHash(`elapsed ${whole}`)

/** Undefined for a damaged line, or a line of another kind. */
export function elapsedOfLine(line: string): number | undefined {
  const [, digits, check] = /^\{"elapsed":(\d{1,15}),"check":"([0-9a-f]{8})"\}$/.exec(line) ?? []
  const whole = Number(digits)
  return check !== undefined && check === checkOfElapsed(whole) ? whole : undefined
}

/** Which parts differ, in words; empty if the journal belongs to this study. */
export function differences(was: JournalHeader, is: JournalHeader): string[] {
  if (was.workload === is.workload && was.engine === is.engine) return []
  const parts = [
    ...(was.spec !== is.spec ? ['the spec'] : []),
    ...(was.data !== is.data ? ['the data'] : []),
    ...(was.engine !== is.engine ? ['the engine'] : []),
  ]
  return parts.length > 0 ? parts : ['the workload']
}

/**
 * The run on a line if it belongs to the study: the line is intact, it has the form of a run, this engine trained it, and
 * its id matches its request in the study's workload. The id is a hash of everything that shapes a run, so a matching run is
 * right whatever else the file says.
 */
export function fittingRun(line: string, engine: string, idOf: (request: RunRequest) => string): RunResult | undefined {
  const id = idOfLine(line)
  const parsed = id === undefined ? undefined : jsonOrUndefined(line, lineLimits)
  const run: unknown = typeof parsed === 'object' && parsed !== null && 'run' in parsed ? parsed.run : undefined
  const fits = isRun(run) && run.id === id && run.engine === engine && idOf(run.request) === id
  return fits ? asLogged(run) : undefined
}

/**
 * The run as it was logged: JSON has null for a number that is not finite. A stage that reads a run again must see what it
 * saw when the run was trained, or a study that is continued decides otherwise.
 */
function asLogged(run: RunResult): RunResult {
  const { loss, learningRate, gradientNorm, clipped } = run.steps
  const steps = { loss: numbers(loss), learningRate: numbers(learningRate), gradientNorm: numbers(gradientNorm), clipped }
  return { ...run, steps }
}

const numbers = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? Number.NaN)
