import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { readTextWithin, reasonOf } from '../base/files.ts'
import type { Lock } from '../records/lock.ts'
import { mostLockBytes, parseLock } from '../report/lock.ts'

export const lockName = 'tuning.lock.json'
export const lockBeside = (specPath: string): string => join(dirname(specPath), lockName)

/** The words that name a baseline without a path. Write `./lock` for a file with that name. `retrained` is the old word. */
export const retrainWords: readonly string[] = ['retrain', 'retrained']

export interface NamedLock {
  readonly lock: Lock
  /** Its name in sentences. */
  readonly source: string
}

/**
 * The lock that a study compares with, and its name; null if the declared levers are retrained instead.
 *
 * @param baseline `lock`: the one beside the spec; `retrain`: none; otherwise the path of a lock, or of a folder with one,
 * such as a downloaded artifact. If omitted, the lock beside the spec, if there is one
 */
export async function readLock(specPath: string, baseline?: string): Promise<NamedLock | null> {
  if (baseline !== undefined && retrainWords.includes(baseline)) return null
  const path = baseline === undefined || baseline === 'lock' ? lockBeside(specPath) : await insideFolder(baseline)
  const text = await readTextWithin(path, mostLockBytes, 'lock/too-large').catch((error: NodeJS.ErrnoException) => {
    if (error instanceof InputError) throw error
    if (baseline === undefined && error.code === 'ENOENT') return null
    throw new InputError([
      {
        code: 'lock/unreadable',
        severity: 'error',
        message: 'the baseline lock cannot be read',
        found: `${path}: ${reasonOf(error)}`,
        hint: 'pass another lock with --baseline PATH, or compare with the declared levers: --baseline retrain',
      },
    ])
  })
  return text === null ? null : { lock: parseLock(text, path), source: basename(path) }
}

export async function insideFolder(path: string): Promise<string> {
  const folder = await stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  )
  return folder ? join(path, lockName) : path
}
