import { createHash } from 'node:crypto'
import type { RepositoryState } from './rest-emulator.ts'

/** An entry of a tree as the API shows it. */
interface TreeView {
  readonly path: string
  readonly mode: string
  readonly type: string
  readonly sha: string
}

/** Id of a commit's tree of a folder; the root is the empty path. */
export const treeId = (commit: string, folder: string): string =>
  createHash('sha1').update(`${commit}:${folder}`).digest('hex')

/** The trees of all commits by id, from the files and links that the commits have. */
export function treesOf({ commits, contents, links }: RepositoryState): ReadonlyMap<string, readonly TreeView[]> {
  const trees = new Map([...commits].map((commit) => [treeId(commit, ''), [] as TreeView[]]))
  for (const key of [...contents.keys(), ...links]) {
    const [path = '', commit = ''] = key.split('@')
    const names = path.split('/')
    for (const [i, name] of names.entries()) {
      const id = treeId(commit, names.slice(0, i).join('/'))
      const entries = trees.get(id) ?? []
      trees.set(id, entries)
      const [mode, type] =
        i < names.length - 1 ? (['040000', 'tree'] as const) : ([links.has(key) ? '120000' : '100644', 'blob'] as const)
      if (!entries.some((e) => e.path === name))
        entries.push({ path: name, mode, type, sha: treeId(commit, names.slice(0, i + 1).join('/')) })
    }
  }
  return trees
}
