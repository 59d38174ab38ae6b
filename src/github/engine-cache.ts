import { accessSync, constants } from 'node:fs'
import { join, resolve } from 'node:path'
import { downloadCache } from './cache-download.ts'
import { readPayload } from './comment/event.ts'
import { isMap } from './comment/request.ts'
import { say } from './log.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** A folder that takes a while to make and is the same in every run of a workflow. */
export interface KeptFolder {
  /** Absolute, and the same on all runners of a kind: the cache finds its content by path and key. */
  readonly folder: string
  readonly key: string
  /** Whether the folder holds what it should: asked first of the runner's disk, then of what the cache brought. */
  readonly ready: () => Promise<boolean>
  /** Puts what the archive of a cache holds in its place. Nobody vouches for the archive. */
  readonly unpack: (archive: AsyncIterable<Uint8Array>) => Promise<void>
  /** Makes it, in place of whatever is there. */
  readonly make: () => Promise<void>
}

/** Where the folder was in the end. */
export type Origin = 'runner' | 'cache' | 'made'

/**
 * Provides the folder: from the disk of a runner that keeps its disk, from the Actions cache, or made. It is saved there by
 * runs of the default branch alone, so that none that runs a change can leave an engine to others. A cache that is missing,
 * read-only, full or broken costs time and never the step.
 */
export async function keepFolder(kept: KeptFolder, env: Variables = process.env): Promise<Origin> {
  if (await kept.ready()) return 'runner'
  const key = cacheKey(kept.key, env)
  const usable = Boolean(env['ACTIONS_CACHE_SERVICE_V2'] && env['ACTIONS_RESULTS_URL'])
  if (usable && (await attempt('restored from', () => restore(kept, key, env))) && (await kept.ready())) return 'cache'
  await kept.make()
  if (usable && mayLeave(env)) await attempt('saved to', () => save(kept.folder, key))
  return 'made'
}

async function restore({ folder, unpack }: KeptFolder, key: string, env: Variables): Promise<boolean> {
  const archive = await downloadCache(folder, key, env)
  if (archive) await unpack(archive)
  return archive !== null
}

async function save(folder: string, key: string): Promise<void> {
  // Loaded here alone: it is large, and few runs save anything.
  const cache = await import('@actions/cache')
  if (cache.isFeatureAvailable()) await cache.saveCache([folder], key)
}

/**
 * Whether a run may leave something behind for later runs: only one of the default branch's own commit, started by a push, a
 * schedule or by hand. All others run what somebody proposes. Their entries would be found by runs of the same change, and
 * those of a comment by every run.
 */
export function mayLeave(env: Variables, payload: unknown = readPayload(env)): boolean {
  const repository = isMap(payload) && isMap(payload['repository']) ? payload['repository'] : {}
  const branch = repository['default_branch']
  const started = ['push', 'schedule', 'workflow_dispatch'].includes(env['GITHUB_EVENT_NAME'] ?? '')
  return started && typeof branch === 'string' && env['GITHUB_REF'] === `refs/heads/${branch}`
}

/**
 * The runner's image is part of it: what is compiled on one may need libraries that an older one lacks. So is the layout:
 * folders of the first one had no headers.
 */
function cacheKey(key: string, env: Variables): string {
  return `${key}-2-${(env['ImageOS'] || 'own').replaceAll(/[^\w.-]/g, '_')}`
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
