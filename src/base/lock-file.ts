import { closeSync, constants, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { withoutWaiting } from './devices.ts'
import { jsonOrUndefined } from './json.ts'
import { err, ok, type Result } from './result.ts'

export interface HeldLock {
  readonly release: () => void
}

interface Holder {
  readonly pid: number
  readonly started: string | null
}
/** It is one short line. */
const limits = { bytes: 1000, depth: 2, values: 10 }

/** `unreadable`: it is being written, or a power cut tore it. */
type Found = Holder | 'unreadable' | 'none'

/** How often, and after how many milliseconds, a lock that is changing hands is checked again. */
const patience = { attempts: 100, milliseconds: 20 }

/**
 * Holds a file as a lock. If its holder is dead, for example after a kill, the lock is taken over. If the holder is alive,
 * the error names its process and the file. Holders are identified by process number and start time, so a reused number is
 * not mistaken for the holder. Throws the system's error if the file cannot be written.
 */
export async function takeLock(path: string): Promise<Result<HeldLock, string>> {
  for (let attempt = 0; attempt < patience.attempts; attempt++) {
    if (create(path)) return ok({ release: () => release(path) })
    const found = read(path)
    if (found !== 'none' && found !== 'unreadable' && alive(found)) return err(`process ${found.pid}, by ${path}`)
    // An empty lock file gets its holder within microseconds, so it is given time before it counts as torn.
    if (found === 'unreadable' && attempt < patience.attempts / 2) await sleep(patience.milliseconds)
    else if (found !== 'none') await removeDead(path)
  }
  return err(path)
}

/** Whether a living process holds the lock. Changes nothing, so it never stands in the way of one that wants to hold it. */
export function isHeld(path: string): boolean {
  const found = read(path)
  return found !== 'none' && found !== 'unreadable' && alive(found)
}

/**
 * Two processes may find the same dead holder at once, and the slower one must not remove the lock that the faster one has
 * created in the meantime. So only the holder of the lock's own lock removes a dead lock, and only after a second check.
 * That inner lock is acquired in the same way, so a process that is killed right here leaves nothing locked.
 */
async function removeDead(path: string): Promise<void> {
  const guard = await takeLock(`${path}.takeover`)
  // Another process is taking it over.
  if (!guard.ok) return void (await sleep(patience.milliseconds))
  try {
    const found = read(path)
    if (found === 'unreadable' || (found !== 'none' && !alive(found))) rmSync(path, { force: true })
  } finally {
    guard.value.release()
  }
}

/**
 * The folder may have been lost since, and another process may have created the file again. A lock left behind has a dead
 * holder.
 */
function release(path: string): void {
  const found = read(path)
  if (found === 'none' || found === 'unreadable' || found.pid !== process.pid) return
  try {
    rmSync(path, { force: true })
  } catch {
    // The next process takes it over.
  }
}

/** False if the file already exists. Synchronous, so that the file is without a holder for as short a time as possible. */
function create(path: string): boolean {
  try {
    const file = openSync(path, 'wx')
    writeSync(file, JSON.stringify({ pid: process.pid, started: statusOf(process.pid)?.started ?? null } satisfies Holder))
    closeSync(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function read(path: string): Found {
  try {
    const { pid, started } = (jsonOrUndefined(firstBytes(path), limits) ?? {}) as Partial<Holder>
    return typeof pid === 'number' ? { pid, started: started ?? null } : 'unreadable'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'unreadable'
  }
}

/** Reads whatever is there, without waiting for a pipe or reading a device to its end. */
function firstBytes(path: string): string {
  const file = openSync(path, constants.O_RDONLY | withoutWaiting)
  try {
    const bytes = Buffer.alloc(limits.bytes)
    return bytes.toString('utf8', 0, readSync(file, bytes))
  } finally {
    closeSync(file)
  }
}

function alive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is alive and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = statusOf(pid)
  // A killed process keeps its number until its parent reaps it, which in a container may never happen.
  if (now?.state === 'Z' || now?.state === 'X') return false
  return started === null || now === null || started === now.started
}

/** State letter, and start in clock ticks since boot; null if the system does not say. */
function statusOf(pid: number): { readonly state: string; readonly started: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses and may contain spaces. The state follows; the start is field
    // 22.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', started: fields[19] ?? '' }
  } catch {
    return null
  }
}
