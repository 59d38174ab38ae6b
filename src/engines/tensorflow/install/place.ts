import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Diagnostic } from '../../../base/diagnostics.ts'
import { takeLock, type HeldLock } from '../../../base/lock-file.ts'
import { ok, type Result } from '../../../base/result.ts'
import { compileFlags } from './build.ts'
import { loadText, smokeTestText } from './layout.ts'
import { engineKey, pins as ours, type Pins } from './pins.ts'
import { platformOf, thisMachine, type Machine, type Platform } from './platform.ts'

/** The location of one engine, and what is used on the way to it. */
export interface Place {
  readonly platform: Platform
  readonly key: string
  readonly root: string
  /** The installed engine. */
  readonly folder: string
  readonly lock: string
  /** Checked downloads of an interrupted install; removed after a complete one. */
  readonly downloads: string
}

/** What differs in tests. */
export interface Given {
  readonly pins?: Pins
  readonly machine?: Machine
}

/** The place of the engine for this machine, or why there is none. */
export function placeOf(root: string, { pins = ours, machine = thisMachine() }: Given = {}): Result<Place, Diagnostic> {
  const platform = platformOf(machine)
  if (!platform.ok) return platform
  const recipe = { flags: compileFlags(platform.value), loadText, smokeTestText }
  const key = engineKey(pins, platform.value, recipe)
  const folder = join(root, key)
  return ok({ platform: platform.value, key, root, folder, lock: `${folder}.lock`, downloads: `${folder}.downloads` })
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
