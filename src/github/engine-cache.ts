import { accessSync, constants } from 'node:fs'
import { join, resolve } from 'node:path'
import { say } from './log.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** A folder that takes a while to make and is the same in every run of a workflow. */
export interface KeptFolder {
  /** Absolute, and the same on all runners of a kind: the cache finds its content by path and key. */
  readonly folder: string
  readonly key: string
  /** Whether the folder holds what it should: asked first of the runner's disk, then of what the cache brought. */
  readonly ready: () => Promise<boolean>
  /** Makes it, in place of whatever is there. */
  readonly make: () => Promise<void>
}

/** Where the folder was in the end. */
export type Origin = 'runner' | 'cache' | 'made'

/**
 * Provides the folder: from the disk of a runner that keeps its disk, from the Actions cache, or made and then saved there.
 * A cache that is missing, read-only (a run for a comment or a fork), full or broken costs time and never the step.
 */
export async function keepFolder(kept: KeptFolder, env: Variables = process.env): Promise<Origin> {
  if (await kept.ready()) return 'runner'
  // Loaded here alone: it is large, and a runner with a disk of its own does not need it.
  const cache = await import('@actions/cache')
  const key = cacheKey(kept.key, env)
  const usable = cache.isFeatureAvailable()
  if (
    usable &&
    (await attempt('restored from', () => cache.restoreCache([kept.folder], key))) &&
    (await kept.ready())
  )
    return 'cache'
  await kept.make()
  if (usable) await attempt('saved to', () => cache.saveCache([kept.folder], key))
  return 'made'
}

/** The runner's image is part of it: what is compiled on one may need libraries that an older one lacks. */
function cacheKey(key: string, env: Variables): string {
  return `${key}-${(env['ImageOS'] || 'own').replaceAll(/[^\w.-]/g, '_')}`
}

async function attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    say(`The engine could not be ${what} the Actions cache: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** Where engines lie on a runner: in its tool cache, which stays while the runner does, else in the job's own folder. */
export function engineRoot(env: Variables = process.env): string | null {
  const named = env['TUNEGATE_ENGINE_DIR']
  if (named) return resolve(named)
  const folder = [env['RUNNER_TOOL_CACHE'], env['RUNNER_TEMP']].find((path) => path && writable(path))
  return folder ? join(folder, 'tunegate-engine') : null
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
