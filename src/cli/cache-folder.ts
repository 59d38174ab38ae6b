import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where a user's programs keep what they can make again: `tunegate` below the user's cache. Nobody else writes there, which
 * matters, since what lies there is run.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  // The XDG specification says to ignore a path that is not absolute.
  const cache = env['XDG_CACHE_HOME']?.startsWith('/') ? env['XDG_CACHE_HOME'] : join(homedir(), '.cache')
  return join(cache, 'tunegate')
}
