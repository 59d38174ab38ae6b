import { realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import { githubApi } from '../github/api.ts'
import { readToken } from '../github/comment/inputs.ts'
import { blobOf, contentAt } from '../github/contents.ts'
import { insideWorkspace, type Runner } from '../github/environment.ts'
import { git, gitBytes } from './git.ts'

/**
 * A file of a commit, from the checkout where it has that commit, else from GitHub; null where the commit has no such file.
 * Whatever else keeps it from being read throws: a base that cannot be read must not look like one without a spec.
 *
 * @param path from the workspace
 */
export async function fileAt(sha: string, path: string, runner: Runner): Promise<string | null> {
  const name = inRepository(path, runner.workspace)
  const found = inCheckout(sha, name, runner.workspace)
  if (found !== undefined) return found
  const api = githubApi({ token: readToken(), repository: runner.repository, baseUrl: runner.apiUrl })
  const answer = await contentAt(api, sha, name.path)
  if (answer.ok) return answer.value
  throw new InputError([{
    code: 'verify/no-base', severity: 'error', message: 'inconclusive: the base commit cannot be read',
    found: `${name.path} at ${sha}: ${answer.error.message}`,
    hint: 'give actions/checkout `fetch-depth: 0`, or this step a `token` that may read the repository',
  }])
}

/** A plain file of a commit, its bytes not read yet. */
export interface CommittedFile {
  /** Git's name of the content: SHA-1, or SHA-256 where the repository is of that kind. */
  readonly id: string
  readonly bytes: number
  read(): Promise<Result<Buffer, string>>
}

/**
 * The same file as bytes; null where the commit has no plain file of that name, and the reason where nobody can tell. It
 * decides no verdict, so it does not throw.
 */
export async function blobAt(sha: string, path: string, runner: Runner): Promise<Result<CommittedFile | null, string>> {
  const { root, path: name } = inRepository(path, runner.workspace)
  const folder = root ?? runner.workspace
  const listed = git(folder, 'ls-tree', '--full-tree', '-z', '--long', sha, '--', name)
  if (listed !== null) {
    const [, id, bytes] = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t[^\0]*\0$/.exec(listed) ?? []
    if (id === undefined) return ok(null)
    const read = (): Buffer | null => gitBytes(folder, 'cat-file', 'blob', id)
    return ok({ id, bytes: Number(bytes), read: async () => orElse(read(), 'the checkout does not have its content') })
  }
  return blobOf(githubApi({ token: readToken(), repository: runner.repository, baseUrl: runner.apiUrl }), sha, name)
}

const orElse = (bytes: Buffer | null, why: string): Result<Buffer, string> => (bytes === null ? err(why) : ok(bytes))

/** Whether the checkout's commit holds the file, links followed: then it is the change's own. Where there is no commit it may be. */
export function isCommitted(path: string, { workspace }: Runner): boolean {
  const real = relative(realpathSync(workspace), realpathSync(join(workspace, path)))
  const { root, path: name } = inRepository(real, workspace)
  const listed = root === null ? null : git(root, 'ls-tree', '--full-tree', '-z', 'HEAD', '--', name)
  return listed !== ''
}

interface RepositoryPath {
  /** The folder with `.git`; null where there is none. */
  readonly root: string | null
  /** With `/` between folders. */
  readonly path: string
}

/** A checkout may lie in a folder of the workspace; its commits know nothing of that folder. */
function inRepository(path: string, workspace: string): RepositoryPath {
  const top = realpathSync(workspace)
  const full = join(top, path)
  const root = rootAbove(full, top)
  return { root, path: relative(root ?? top, full).split(sep).join('/') }
}

/** From the nearest folder that there is, since the base may have folders that the checkout lacks; none above the workspace. */
function rootAbove(full: string, top: string): string | null {
  for (let folder = dirname(full); insideWorkspace(folder, top) !== null; folder = dirname(folder)) {
    const root = git(folder, 'rev-parse', '--show-toplevel')?.replace(/\n$/, '')
    if (root !== undefined) return insideWorkspace(root, top) === null ? null : root
  }
  return null
}

/** Undefined where the checkout cannot tell: it lacks the commit, or was cloned without all of its objects. */
function inCheckout(sha: string, { root, path }: RepositoryPath, workspace: string): string | null | undefined {
  const folder = root ?? workspace
  const listed = git(folder, 'ls-tree', '--full-tree', '-z', sha, '--', path)
  if (listed === null) return undefined
  if (listed === '') return null
  const blob = /^100\d{3} blob ([0-9a-f]+)\t[^\0]*\0$/.exec(listed)?.[1]
  return blob === undefined ? undefined : git(folder, 'cat-file', 'blob', blob) ?? undefined
}
