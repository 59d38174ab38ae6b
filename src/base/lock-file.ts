import { closeSync, constants, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { withoutWaiting } from './devices.ts'
import { jsonOrUndefined } from './json.ts'
import { err, ok, type Result } from './result.ts'

export interface HeldLock { readonly release: () => void }

interface Holder { readonly pid: number; readonly started: string | null }
/** It is one short line. */
const limits = { bytes: 1000, depth: 2, values: 10 }

/** `unreadable`: just being written, or torn by a power cut. */
type Found = Holder | 'unreadable' | 'none'

/** How often, and after how many milliseconds, a lock is looked at again that is changing hands. */
const patience = { attempts: 100, milliseconds: 20 }

/**
 * Holds a file as a lock. One whose holder is dead, as after a kill, is taken over; for a living holder the error says which
 * process it is and by which file. Holders are told apart by process number and start time, so a number that was used again
 * is not mistaken. Throws the system's error where the file cannot be written.
 */
export async function takeLock(path: string): Promise<Result<HeldLock, string>> {
  for (let attempt = 0; attempt < patience.attempts; attempt++) {
    if (create(path)) return ok({ release: () => release(path) })
    const found = read(path)
    if (found !== 'none' && found !== 'unreadable' && alive(found)) return err(`process ${found.pid}, by ${path}`)
    // A file without a holder in it is written within microseconds, so it is given time before it counts as torn.
    if (found === 'unreadable' && attempt < patience.attempts / 2) await sleep(patience.milliseconds)
    else if (found !== 'none') await removeDead(path)
  }
  return err(path)
}

/**
 * Two processes may find the same dead holder at once, and the slower one must not remove the lock that the faster one has
 * made by then. So a dead lock is removed only by who holds the lock's own lock, and only after a second look. That inner lock
 * is taken in the same way, so a process that is killed right here leaves nothing that stays locked.
 */
async function removeDead(path: string): Promise<void> {
  const guard = await takeLock(`${path}.takeover`)
  // Somebody else is at it.
  if (!guard.ok) return void await sleep(patience.milliseconds)
  try {
    const found = read(path)
    if (found === 'unreadable' || (found !== 'none' && !alive(found))) rmSync(path, { force: true })
  } finally {
    guard.value.release()
  }
}

/** The folder may have been lost since, and another process may have made the file anew; a lock left behind has a dead holder. */
function release(path: string): void {
  const found = read(path)
  if (found === 'none' || found === 'unreadable' || found.pid !== process.pid) return
  try {
    rmSync(path, { force: true })
  } catch {
    // Who comes next takes it over.
  }
}

/** False where the file is there already. Synchronous, so that it is without a holder for as short as can be. */
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

/** Of whatever lies there: a pipe is not waited for, and a device not read to its end. */
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
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = statusOf(pid)
  // A killed process keeps its number until its parent asks for it, which in a container may be never.
  if (now?.state === 'Z' || now?.state === 'X') return false
  return started === null || now === null || started === now.started
}

/** State letter, and start in clock ticks since boot; null where the system does not tell. */
function statusOf(pid: number): { readonly state: string; readonly started: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold spaces; the state follows, the start is the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', started: fields[19] ?? '' }
  } catch {
    return null
  }
}
