import { join, resolve } from 'node:path'
import { cacheFolder } from './cache-folder.ts'

/** The folder of the installed engines: named by the user, otherwise below the user's cache. */
export function engineFolder(named?: string, env: Readonly<Record<string, string | undefined>> = process.env): string {
  const own = named ?? env['TUNEGATE_ENGINE_DIR']
  return own ? resolve(own) : join(cacheFolder(env), 'engine')
}
