import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, extname, join } from 'node:path'

/**
 * Where a user's programs keep what they can make again: `tunegate` below the user's cache. Nobody else writes there, which
 * matters, since what lies there is run.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  // The XDG specification says to ignore a path that is not absolute.
  const cache = env['XDG_CACHE_HOME']?.startsWith('/') ? env['XDG_CACHE_HOME'] : join(homedir(), '.cache')
  return join(cache, 'tunegate')
}

/** In a home that has no cache yet: the cache, our folder in it, and one below. A home that is not there stays so. */
const mostMade = 3

/**
 * Whether a folder is there or could be made, with its parents one by one: Node's own recursive call never returns on some
 * file systems.
 */
export function isThere(folder: string, most = mostMade): boolean {
  try {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return true
    if (most === 0 || !isThere(dirname(folder), most - 1)) return false
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}

/**
 * Where commands that train nothing keep what they know of data; undefined if the user has no cache, or runs the sources: an
 * edit there changes no file of the folder that it is kept by.
 */
export function keptData(
  program = process.argv[1] ?? '.',
): { readonly folder: string; readonly program: string } | undefined {
  try {
    const [folder, script] = [join(cacheFolder(), 'data'), realpathSync(program)]
    return isThere(folder) && extname(script) !== '.ts' ? { folder, program: dirname(script) } : undefined
  } catch {
    return undefined
  }
}
