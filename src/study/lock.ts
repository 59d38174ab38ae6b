import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import type { Lock } from '../plan/lock.ts'
import { parseLock } from '../report/lock.ts'

/** The lock that a study is held against, and its name: the named one, else the one beside the spec where there is one. */
export async function readLock(specPath: string, named?: string): Promise<{ readonly lock: Lock; readonly source: string } | null> {
  const path = named ?? join(dirname(specPath), 'tuning.lock.json')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (named === undefined && error.code === 'ENOENT') return null
    throw new InputError([{
      code: 'lock/unreadable', severity: 'error', message: 'the lock to gate against cannot be read', found: `${path}: ${error.code ?? error.message}`,
      hint: 'name another by --baseline, or leave it out to gate against the declared levers',
    }])
  })
  return text === null ? null : { lock: parseLock(text, path), source: basename(path) }
}
