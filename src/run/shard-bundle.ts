import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { jsonOrUndefined } from '../base/json.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Workload } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import { isDeterminism, type Determinism } from '../records/trainer.ts'
import { runIds } from './id.ts'
import type { Journal } from './journal.ts'
import { journalLine, fittingRun } from './journal-line.ts'

/** What the runs of a shard bundle belong to. A bundle of another workflow run, commit or plan is not opened. */
export interface Binding {
  readonly run: string
  readonly sha: string
  /** Fingerprint of the plan. */
  readonly plan: string
  /** What the bundle is; its name says so too. One bundle cannot be passed off as another. */
  readonly content: string
}

/** The study as far as earlier jobs know it. */
export interface StudyState {
  /** The engine's label. All jobs must train on the same engine. */
  readonly engine: string
  /** When the study began, in milliseconds since 1970. */
  readonly startedAt: number
  /** How equal runs of a training script differed, as the first job saw; omitted for a model, and if nobody looked. */
  readonly deterministic?: Determinism | null
}

export interface ShardBundle {
  readonly state: StudyState
  readonly runs: readonly RunResult[]
}

interface FirstLine extends Binding, StudyState {
  readonly parcel: 1
}

/** Far above what a study needs, and below what hurts a runner. */
export const mostBundleBytes = 512 * 1024 * 1024
export const mostBundleRuns = 20_000
const headLimits = { bytes: 10_000, depth: 4, values: 100 }
/** Of the packed file. */
export const mostPackedBytes = 128 * 1024 * 1024

/** Packs runs of a journal into a file for another job: one line that binds it, then one line per run, gzipped. */
export async function packShardBundle(binding: Binding, state: StudyState, journal: Journal): Promise<Buffer> {
  const first: FirstLine = { parcel: 1, ...binding, ...state }
  const lines = [`${JSON.stringify(first)}\n`]
  for await (const run of journal.runs()) lines.push(journalLine(run))
  return promisify(gzip)(lines.join(''))
}

/**
 * Opens what claims to come from another job of this workflow run. Nothing in it is trusted: it checks the size, the
 * binding, each line's checksum and form, and that the run's id matches its request in this workload. The error is a
 * sentence.
 */
export async function openShardBundle(
  packed: Uint8Array,
  expected: Binding,
  workload: Workload,
): Promise<Result<ShardBundle, string>> {
  const text = await unpack(packed)
  if (!text.ok) return text
  const [head = '', ...lines] = text.value.split('\n')
  if (lines.pop() !== '') return err('its last line is incomplete')
  const first = jsonOrUndefined(head, headLimits)
  if (!isFirstLine(first)) return err('its first line is not what this version writes')
  const other = (['run', 'sha', 'plan', 'content'] as const).find((key) => first[key] !== expected[key])
  if (other)
    return err(`it belongs to another ${{ run: 'workflow run', sha: 'commit', plan: 'plan', content: 'job' }[other]}`)
  if (lines.length > mostBundleRuns) return err(`it holds ${lines.length} runs, more than ${mostBundleRuns}`)
  const idOf = runIds(workload, first.engine)
  const runs = lines.map((line) => fittingRun(line, first.engine, idOf))
  const wrong = runs.indexOf(undefined)
  if (wrong >= 0) return err(`line ${wrong + 2} is not a run of this study`)
  const { engine, startedAt, deterministic } = first
  const state = { engine, startedAt, ...(deterministic === undefined ? {} : { deterministic }) }
  return ok({ state, runs: runs.filter((run) => run !== undefined) })
}

async function unpack(packed: Uint8Array): Promise<Result<string, string>> {
  if (packed.length > mostPackedBytes) return err(`it has ${packed.length} bytes, more than ${mostPackedBytes}`)
  try {
    const bytes = await promisify(gunzip)(packed, { maxOutputLength: mostBundleBytes })
    return hasMoreLines(bytes, mostBundleRuns + 1)
      ? err(`it holds more than ${mostBundleRuns} runs`)
      : ok(bytes.toString('utf8'))
  } catch {
    return err(`it is not gzipped, or it unpacks to more than ${mostBundleBytes} bytes`)
  }
}

/** Counts lines before the text is split, because each line becomes an object. */
function hasMoreLines(bytes: Buffer, most: number): boolean {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0 && count <= most; at = bytes.indexOf(10, at + 1)) count++
  return count > most
}

function isFirstLine(value: unknown): value is FirstLine {
  if (typeof value !== 'object' || value === null) return false
  const line = value as Partial<Record<keyof FirstLine, unknown>>
  const texts = [line.run, line.sha, line.plan, line.content, line.engine]
  return (
    line.parcel === 1 &&
    texts.every((t) => typeof t === 'string' && t.length <= 500) &&
    typeof line.startedAt === 'number' &&
    line.startedAt > 0 &&
    (line.deterministic === undefined || isDeterminism(line.deterministic))
  )
}
