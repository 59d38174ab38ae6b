// The Python side: an environment with the pinned packages, and the data that they ship.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../engines/peers.ts'

/**
 * The interpreter that is named, or one of an environment below the cache, which is made when it is first needed. Gives a
 * function, since a benchmark without searches and with its data in place needs no Python; without a need it answers with an
 * empty text.
 */
export function pythonWith({ python, cache }: { readonly python: string | undefined; readonly cache: string }) {
  return (needed: boolean): string => {
    if (!needed) return ''
    if (python !== undefined) return python
    const folder = join(cache, 'venv')
    const own = join(folder, 'bin/python')
    if (existsSync(join(folder, 'ready'))) return own
    console.error('making a Python environment with the packages of requirements.txt')
    command('python3', ['-m', 'venv', folder])
    command(own, ['-m', 'pip', 'install', '--quiet', '-r', join(import.meta.dirname, 'requirements.txt')])
    command('touch', [join(folder, 'ready')])
    return own
  }
}

/** Writes the data sets that are missing from the cache. */
export function ensureData(cache: string, names: readonly string[], python: (needed: boolean) => string): void {
  const folder = join(cache, 'data')
  const missing = names.filter((name) => !existsSync(join(folder, `${name}.csv`)))
  if (missing.length > 0)
    console.error(command(python(true), [join(import.meta.dirname, 'data.py'), folder, ...missing]).trim())
}
