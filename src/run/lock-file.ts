import { InputError } from '../base/diagnostics.ts'
import { takeLock, type HeldLock } from '../base/lock-file.ts'

export type { HeldLock }

/** Holds a journal's lock. If its holder is alive, an `InputError` names it; the lock of a dead holder is taken over. */
export async function holdLock(path: string): Promise<HeldLock> {
  const lock = await takeLock(path).catch((error: unknown) => {
    throw unwritable(error)
  })
  if (!lock.ok) throw inUse(lock.error)
  return lock.value
}

const inUse = (found: string): InputError =>
  new InputError([
    {
      code: 'journal/in-use',
      severity: 'error',
      message: 'another tunegate is running this study',
      found,
      hint: 'wait for it, stop it, or choose another --out',
    },
  ])

const unwritable = (error: unknown): InputError =>
  new InputError([
    {
      code: 'journal/unwritable',
      severity: 'error',
      message: 'cannot write to the output folder',
      found: error instanceof Error ? error.message : String(error),
      hint: 'choose another --out',
    },
  ])
