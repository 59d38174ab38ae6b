import { accessSync, constants } from 'node:fs'
import { join, resolve } from 'node:path'
import { downloadCache } from './cache-download.ts'
import { attempt, mayLeave, noCache } from './cache-trust.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** A folder that takes a while to build and is the same in every run of a workflow. */
export interface KeptFolder {
  /** Absolute, and the same on all runners of a kind: the cache finds its content by path and key. */
  readonly folder: string
  readonly key: string
  /** Whether the folder's content is right. Called first for the runner's disk, then for what the cache restored. */
  readonly ready: () => Promise<boolean>
  /** Puts the content of a cache archive in its place. Nobody vouches for the archive. */
  readonly unpack: (archive: AsyncIterable<Uint8Array>) => Promise<void>
  /** Builds it, replacing whatever is there. */
  readonly make: () => Promise<void>
}

/** Where the folder came from in the end. */
export type Origin = 'runner' | 'cache' | 'made'

/**
 * Provides the folder: from the disk of a runner that keeps its disk, from the Actions cache, or by building it. Only runs
 * of the default branch save it there, so no run of a change can leave an engine for others. A cache that is missing,
 * read-only, full or broken costs time and never fails the step.
 */
export async function keepFolder(kept: KeptFolder, env: Variables = process.env): Promise<Origin> {
  if (await kept.ready()) return 'runner'
  const key = cacheKey(kept.key, env)
  const usable = noCache(env) === null
  if (usable && (await attempt('The engine', 'restored from', () => restore(kept, key, env))) && (await kept.ready()))
    return 'cache'
  await kept.make()
  if (usable && mayLeave(env)) await attempt('The engine', 'saved to', () => save(kept.folder, key))
  return 'made'
}

async function restore({ folder, unpack }: KeptFolder, key: string, env: Variables): Promise<boolean> {
  const archive = await downloadCache(folder, { key }, env)
  if (archive) await unpack(archive)
  return archive !== null
}

async function save(folder: string, key: string): Promise<void> {
  // Loaded only here: it is large, and few runs save anything.
  const cache = await import('@actions/cache')
  if (cache.isFeatureAvailable()) await cache.saveCache([folder], key)
}

/**
 * The key includes the runner's image: code compiled on one image may need libraries that an older image lacks. It also
 * includes the layout: folders of the first layout had no headers.
 */
function cacheKey(key: string, env: Variables): string {
  return `${key}-2-${(env['ImageOS'] || 'own').replaceAll(/[^\w.-]/g, '_')}`
}

/**
 * Where engines are on a runner: in its tool cache, which lasts as long as the runner, otherwise in the job's own folder.
 */
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
