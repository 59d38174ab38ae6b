import { isAbsolute, relative, resolve, sep } from 'node:path'

/** The path from a folder with `/` between folders, or null for a path outside of it. */
export function fromFolder(path: string, folder: string): string | null {
  const way = relative(folder, resolve(folder, path))
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? null : slashed(way)
}

/**
 * A path as a reader is shown it: from the current folder, which is the workspace of a step, where it lies in there. It may still
 * hold anything that a name of a file may hold, so it is printed as any foreign text.
 */
export const shownPath = (path: string): string => (path === '' ? path : fromFolder(path, '.') || slashed(path))

const slashed = (path: string): string => path.split(sep).join('/')
