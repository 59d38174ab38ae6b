import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InputError } from '../../base/diagnostics.ts'
import { makeFolder, syncFolder } from '../../base/files.ts'
import { takeLock, type HeldLock } from '../../base/lock-file.ts'
import type { InstallOrder, InstallPlace } from '../installer.ts'
import { fileProblem, interrupted } from './problems.ts'

/** The location of one engine, and what is used on the way to it. */
export interface EnginePlace extends InstallPlace {
  readonly root: string
  readonly lock: string
}

export function placeBelow(root: string, key: string): EnginePlace {
  const folder = join(root, key)
  return { key, root, folder, lock: `${folder}.lock` }
}

const pollMs = 200

/** Waits for the holder of the lock, and says once who that is. The lock of a dead holder is taken over. */
export async function waitForLock(path: string, waiting: (holder: string) => void, signal?: AbortSignal): Promise<HeldLock> {
  let told = ''
  for (;;) {
    signal?.throwIfAborted()
    const lock = await takeLock(path)
    if (lock.ok) return lock.value
    if (told !== lock.error) waiting(lock.error)
    told = lock.error
    await sleep(pollMs, undefined, signal ? { signal } : {})
  }
}

/** Runs what touches the disk, and explains how it fails: a full disk, a folder without write access, an interruption. */
export async function explained<T>(folder: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (signal?.aborted) throw new InputError([interrupted()])
    throw fileProblem(error, folder) ?? error
  }
}

/** Runs what changes an engine's folder, after every other process that does. Its failures are explained. */
export async function exclusively<T>(
  { root, lock: path }: EnginePlace,
  { signal, listener }: Pick<InstallOrder, 'signal' | 'listener'>,
  work: () => Promise<T>,
): Promise<T> {
  return await explained(root, signal, async () => {
    await makeFolder(root)
    const lock = await waitForLock(path, (holder) => listener({ type: 'waiting', holder }), signal)
    try {
      return await work()
    } finally {
      lock.release()
    }
  })
}

/** Where an engine is made before it takes its place: a prefix for `mkdtemp`. */
export const scratchPrefix = ({ folder }: InstallPlace): string => `${folder}.new-`

/** The scratch folders of interrupted installs. */
export async function scratchFolders(place: EnginePlace): Promise<string[]> {
  const paths = (await readdir(place.root)).map((name) => join(place.root, name))
  return paths.filter((path) => path.startsWith(scratchPrefix(place)))
}

/** Folders below `root` with engines of this kind for other versions of tunegate, or other machines. */
export async function otherFolders(root: string, kind: RegExp, own: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && kind.test(entry.name) && entry.name !== own)
    .map(({ name }) => name)
    .sort()
}

/**
 * A folder cannot replace a non-empty one in one call. A stop between the two calls leaves no engine, which the next install
 * fixes.
 */
export async function takePlace(engine: string, { folder, root }: EnginePlace, scratch: string): Promise<void> {
  await rename(folder, join(scratch, 'replaced')).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  })
  await rename(engine, folder)
  await syncFolder(root)
}
