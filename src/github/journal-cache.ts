import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { decompressed, readTar, writeNewFile } from '../base/archive.ts'
import { entryAt } from '../base/files.ts'
import { sha256 } from '../base/hash.ts'
import { downloadCache } from './cache-download.ts'
import { mayLeave, noCache } from './cache-trust.ts'
import type { Runner } from './environment.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Larger journals are neither kept nor restored. A repository has 10 GB of cache. */
const mostBytes = 512 * 1024 * 1024

/**
 * Why this run keeps no journal for later runs, and reads none; null if it does.
 *
 * GitHub gives each run the entries of its own branch or pull request, and those of the default branch. A name in the cache
 * proves nothing: whoever can save an entry there can give it any key and any content. So only runs that execute nothing but
 * the default branch's own commit take part, and what they find there can only come from runs like them. A run that judges a
 * change never reads one. An earlier commit of the same pull request could have left it, with invented measurements.
 */
export function noKeptJournal(env: Variables): string | null {
  if (!mayLeave(env))
    return 'only a push, a schedule or a manual run of the default branch continues the journal of another run'
  return noCache(env) ?? (env['RUNNER_TEMP'] ? null : 'the runner has no temporary folder')
}

/** What a journal belongs to. */
export interface JournalOwner {
  /** Path in the workspace: a workflow may run several studies. */
  readonly path: string
  /** Fingerprint of the plan. */
  readonly plan: string
  readonly engine: string
}

/**
 * How the keys of a journal's entries begin. Each save makes a new entry, because the cache never changes one.
 *
 * @param head the commit that is checked out
 */
export const journalPrefix = ({ path, plan, engine }: JournalOwner, head: string): string =>
  `tunegate-journal-1-${head}-${sha256(JSON.stringify([plan, engine, path])).slice(0, 20)}-`

/**
 * How a study stood when its job ended: stopped by something else; finished by itself; or `spent`, if its budget of minutes
 * ended it.
 */
export const studyEnds = ['stopped', 'finished', 'spent'] as const
export type StudyEnd = (typeof studyEnds)[number]

type Attempt = Pick<Runner, 'runId' | 'runAttempt'>

/**
 * Whether an attempt goes on from an entry, by the end of its key. Any job goes on from a study that was stopped. A finished
 * one would only be repeated, so that nothing new is ever measured: it counts for later attempts of its own run alone. One
 * that spent its minutes would have none left.
 */
export function goesOn(rest: string, { runId, runAttempt }: Attempt): boolean {
  const [, run, attempt, end] = /^(\d+)-(\d+)-[0-9a-f]{8}-([a-z]+)$/.exec(rest) ?? []
  return end === 'stopped' || (end === 'finished' && Number(run) === runId && Number(attempt) < runAttempt)
}

/** Relative to the workspace, and so the same on all runners: the cache finds an entry by path and key. */
const stagedFolder = '.tunegate-kept'
const staged = `${stagedFolder}/journal.jsonl`

/**
 * Downloads the newest journal that a run kept under the prefix, into a new folder, and returns its path; null if there is
 * none, or none to go on from. Nobody vouches for its lines. Throws if the entry is anything but a single file.
 */
export async function restoreJournal(
  prefix: string,
  attempt: Attempt,
  env: Variables = process.env,
): Promise<string | null> {
  const packed = await downloadCache(staged, { prefix, accepts: (rest) => goesOn(rest, attempt) }, env)
  if (packed === null) return null
  const path = join(await mkdtemp(join(env['RUNNER_TEMP'] ?? '', 'tunegate-restored-')), 'journal.jsonl')
  for await (const { kind, content } of readTar(await decompressed(packed), { entries: 1, bytes: mostBytes })) {
    if (kind !== 'file') throw new Error('the entry is not a file')
    await writeNewFile(path, content)
  }
  if (entryAt(path) === null) throw new Error('the entry has no file')
  return path
}

/**
 * Saves a journal for later runs, and says whether the cache took it. The workspace must be the working directory. Throws if
 * the journal is not a plain file, or too large.
 */
export async function saveJournal(
  path: string,
  prefix: string,
  end: StudyEnd,
  { runId, runAttempt }: Attempt,
): Promise<boolean> {
  const found = entryAt(path)
  if (!found?.isFile()) throw new Error('the journal is not a plain file')
  if (found.size > mostBytes) throw new Error(`the journal has ${found.size} bytes, more than ${mostBytes}`)
  await rm(stagedFolder, { recursive: true, force: true })
  await mkdir(stagedFolder)
  try {
    await copyFile(path, staged)
    // Loaded only here: it is large, and few runs save anything.
    const cache = await import('@actions/cache')
    const key = `${prefix}${runId}-${runAttempt}-${randomBytes(4).toString('hex')}-${end}`
    const entry = await cache.saveCache([staged], key)
    // It warns of a cache that takes nothing, and throws for wrong arguments alone.
    return entry !== -1
  } finally {
    await rm(stagedFolder, { recursive: true, force: true })
  }
}
