import { readFileSync, realpathSync } from 'node:fs'
import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isMap, jsonOrUndefined } from '../base/json.ts'
import { shellCommand } from '../base/shell.ts'

/** What a process knows of how it was started. */
export interface Started {
  /** The script that Node runs, as `process.argv[1]`. */
  readonly script: string
  readonly folder: string
  readonly path: string
  /** Whether npx started it. npx puts a folder of its own on the search path, which is gone once the command ends. */
  readonly npx: boolean
}

const name = 'tunegate'

/**
 * The words that start the program again in the user's shell: `tunegate` where the search path leads to this very program,
 * npx with the same package where npx started it, and otherwise Node with the path of the script.
 */
export function invocationOf({ script, folder, path, npx }: Started): string {
  const real = resolved(script)
  if (real === null) return name
  const packed = npx ? packageOf(real) : null
  if (packed !== null) return shellCommand('npx', fileForNpx(packed, folder))
  const isOurs = (at: string): boolean => isAbsolute(at) && !inPackages(at) && resolved(join(at, name)) === real
  if (path.split(delimiter).some(isOurs)) return name
  return shellCommand('node', nearer(script, folder))
}

/** The invocation of this process. */
export const invocation = (): string =>
  invocationOf({
    script: process.argv[1] ?? '',
    folder: process.cwd(),
    path: process.env['PATH'] ?? '',
    npx: process.env['npm_command'] === 'exec',
  })

const resolved = (path: string): string | null => {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

/** npm adds such folders to the search path of what it starts; a shell does not have them. */
const inPackages = (folder: string): boolean => folder.split(sep).includes('node_modules')

const mostManifestBytes = 1_000_000

/** The file that npx installed the program from, beside its `node_modules`; null for any other source. */
function packageOf(script: string): string | null {
  const at = script.lastIndexOf(`${sep}node_modules${sep}`)
  if (at < 0) return null
  const root = script.slice(0, at)
  const manifest = manifestIn(root)
  const dependencies = isMap(manifest) ? manifest['dependencies'] : undefined
  const source = isMap(dependencies) ? dependencies[name] : undefined
  return typeof source === 'string' && source.startsWith('file:') ? resolve(root, source.slice('file:'.length)) : null
}

function manifestIn(folder: string): unknown {
  try {
    const limits = { bytes: mostManifestBytes, depth: 16, values: 10_000 }
    return jsonOrUndefined(readFileSync(join(folder, 'package.json'), 'utf8'), limits)
  } catch {
    return undefined
  }
}

/** The path from here, or the whole one if that is shorter or the way leads far up. */
function nearer(path: string, folder: string): string {
  const whole = resolve(folder, path)
  const from = relative(folder, whole)
  return isAbsolute(from) || from.length > whole.length || from.startsWith(farUp) ? whole : from
}

const farUp = join('..', '..', '..')

/**
 * npx takes a path for a package's name unless it begins with a dot, and starts the file itself if it begins with a slash.
 */
function fileForNpx(path: string, folder: string): string {
  const near = nearer(path, folder)
  if (isAbsolute(near)) return `file:${near}`
  return near.startsWith('.') ? near : `.${sep}${near}`
}
