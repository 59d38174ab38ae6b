import { open, readFile, rm } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { InputError } from '../base/diagnostics.ts'

export interface HeldLock { readonly release: () => Promise<void> }

interface Holder { readonly pid: number; readonly started: string | null }

/** Holds a file as a lock; one whose holder is dead, as after a kill, is taken over. A living holder is named and refused. */
export async function holdLock(path: string): Promise<HeldLock> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await tryCreate(path)) return { release: () => rm(path, { force: true }) }
    const holder = await readHolder(path)
    if (holder && alive(holder)) {
      throw new InputError([{
        code: 'journal/in-use', severity: 'error', message: 'another tunegate is running this study', found: `process ${holder.pid}, by ${path}`,
        hint: 'wait for it, stop it, or choose another --out',
      }])
    }
    await rm(path, { force: true })
  }
  throw new InputError([{ code: 'journal/in-use', severity: 'error', message: 'the lock of the journal changes hands too quickly', found: path, hint: 'run one study at a time in a folder' }])
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    const me: Holder = { pid: process.pid, started: startOf(process.pid) }
    await file.writeFile(JSON.stringify(me))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new InputError([{ code: 'journal/unwritable', severity: 'error', message: 'cannot write to the output folder', found: error instanceof Error ? error.message : String(error) }])
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const { pid, started } = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder>
    return typeof pid === 'number' ? { pid, started: started ?? null } : undefined
  } catch {
    // Torn by a kill, or gone by now.
    return undefined
  }
}

function alive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startOf(pid)
  return started === null || now === null || started === now
}

/** When a process started, in clock ticks since boot; null where the system does not tell. It tells a pid that was used again. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold spaces.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
