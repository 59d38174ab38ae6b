import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The folder of the native engines: named by the user, otherwise below the user's cache. */
export function engineFolder(named?: string, env: Readonly<Record<string, string | undefined>> = process.env): string {
  const own = named ?? env['TUNEGATE_ENGINE_DIR']
  if (own) return resolve(own)
  // The XDG specification says to ignore a path that is not absolute.
  const cache = env['XDG_CACHE_HOME']?.startsWith('/') ? env['XDG_CACHE_HOME'] : join(homedir(), '.cache')
  return join(cache, 'tunegate', 'engine')
}
