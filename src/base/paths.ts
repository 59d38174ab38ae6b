import { isAbsolute, relative, resolve, sep } from 'node:path'

/** The path from a folder with `/` between folders, or null for a path outside it. */
export function fromFolder(path: string, folder: string): string | null {
  const way = relative(folder, resolve(folder, path))
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? null : slashed(way)
}

/**
 * A path for display: relative to the current folder, which is the workspace of a step, if it is inside. It may still
 * contain anything that a file name may contain, so print it like any foreign text.
 */
export const shownPath = (path: string): string => (path === '' ? path : fromFolder(path, '.') || slashed(path))

const slashed = (path: string): string => path.split(sep).join('/')
