import { dirname, relative, resolve } from 'node:path'

/** The folder that a spec may read from: the current one if the spec is inside it, otherwise the spec's own. */
export function workspaceOf(specPath: string): string {
  const inside = relative(process.cwd(), resolve(specPath))
  return inside.startsWith('..') ? dirname(resolve(specPath)) : process.cwd()
}
