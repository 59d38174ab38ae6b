import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * Where a user's programs keep what they can make again: `tunegate` below the user's cache. Nobody else writes there, which
 * matters, since what lies there is run.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  // The XDG specification says to ignore a path that is not absolute.
  const cache = env['XDG_CACHE_HOME']?.startsWith('/') ? env['XDG_CACHE_HOME'] : join(homedir(), '.cache')
  return join(cache, 'tunegate')
}

/** Where commands that train nothing keep what the data checks found; undefined if the user has no cache. */
export function keptFindings(): { readonly folder: string; readonly program: string } | undefined {
  try {
    return { folder: join(cacheFolder(), 'findings'), program: dirname(realpathSync(process.argv[1] ?? '.')) }
  } catch {
    return undefined
  }
}
