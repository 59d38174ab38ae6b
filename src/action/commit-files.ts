import { existsSync, realpathSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { err, ok, unreachable, type Result } from '../base/result.ts'
import { spelling } from '../base/tree-path.ts'
import { githubApi, type Api } from '../github/api.ts'
import { blobOf, contentAt } from '../github/contents.ts'
import type { Runner } from '../github/environment.ts'
import {
  bytesIn,
  fileIn,
  heldIn,
  pathIn,
  pathOfText,
  rootsAbove,
  sizeIn,
  textIn,
  treeIn,
  type Repository,
} from './repository.ts'

/** Where the files of commits come from: the repository of the checkout, or GitHub. */
export interface Commits {
  readonly checkout: Repository
  readonly runner: Runner
  /** Lets GitHub's API read the repository. */
  readonly token: string
}

/**
 * A file of a commit, from the checkout if it has that commit, otherwise from GitHub; null if the commit has no such file.
 * Throws in all other cases: an unreadable base must not look like one without a spec.
 *
 * @param path relative to the workspace
 */
export async function fileAt(sha: string, path: string, commits: Commits): Promise<string | null> {
  const { checkout, runner } = commits
  const name = pathIn(checkout, path, runner.workspace)
  if (name === null) return null
  const found = await fileIn(checkout, sha, name)
  switch (found.is) {
    case 'absent':
      return null
    case 'odd':
      throw unreadable(`${name} at ${sha}`, found.why, 'use the path that git lists on the base branch')
    case 'file':
      return textIn(checkout, found.id) ?? fromGitHub(sha, name, commits)
    case 'unknown':
      return fromGitHub(sha, name, commits)
    default:
      return unreachable(found, 'answer')
  }
}

const apiOf = ({ token, runner: { repository, apiUrl } }: Commits): Api => githubApi({ token, repository, baseUrl: apiUrl })

async function fromGitHub(sha: string, name: string, commits: Commits): Promise<string | null> {
  const answer = await contentAt(apiOf(commits), sha, name)
  if (answer.ok) return answer.value
  throw unreadable(
    `${name} at ${sha}`,
    answer.error.message,
    'set `fetch-depth: 0` on actions/checkout, or give this step a `token` that can read the repository',
  )
}

const unreadable = (what: string, why: string, hint: string): InputError =>
  new InputError([
    {
      code: 'verify/no-base',
      severity: 'error',
      message: 'inconclusive: the base commit cannot be read',
      found: `${what}: ${why}`,
      hint,
    },
  ])

/**
 * The folder of a file in a copy of everything that a commit has, where its script can run. Throws if the checkout lacks the
 * commit: GitHub's API gives single files.
 *
 * @param path relative to the workspace
 */
export function folderAt(sha: string, path: string, { checkout, runner }: Commits): string {
  const name = pathIn(checkout, path, runner.workspace)
  const tree = name === null ? null : treeIn(checkout, sha)
  if (name !== null && tree !== null) return join(tree, posix.dirname(name))
  throw unreadable(
    `all files at ${sha}, which are needed to train the script of the base commit`,
    'the checkout does not have the commit',
    'set `fetch-depth: 0` on actions/checkout, or compare with a lock',
  )
}

/** Whether the checked-out commit may contain the file, links resolved. If so, the file belongs to the change. */
export async function isCommitted(path: string, { checkout, runner: { workspace } }: Commits): Promise<boolean> {
  const [top, real] = [realpathSync(workspace), realpathSync(join(workspace, path))]
  const [root] = rootsAbove(top, real)
  if (root !== checkout.root) return root !== undefined
  return (await heldIn(checkout, pathIn(checkout, relative(top, real), workspace) ?? '')) !== null
}

/**
 * Throws if the change deletes or renames a spec that its base has. The error gives the new name if the text is the same, or
 * only the spelling of the name differs.
 */
export async function requireKept(
  sha: string,
  path: string,
  text: string,
  { checkout, runner: { workspace } }: Commits,
): Promise<void> {
  const name = pathIn(checkout, path, workspace)
  if (name === null || existsSync(join(workspace, path)) || (await fileIn(checkout, checkout.head, name)).is === 'file')
    return
  const held = await heldIn(checkout, name)
  const other = pathOfText(checkout, text) ?? (held !== null && spelling(held) === spelling(name) ? held : null)
  throw new InputError([
    {
      code: 'verify/spec-gone',
      severity: 'error',
      message: `inconclusive: the change ${other === null ? 'deletes' : 'renames'} the spec that judges it`,
      found: `${name} is in the base commit ${sha}, and ${other === null ? 'not in this one' : `this one has it as ${other}`}`,
      hint:
        other === null
          ? 'restore the spec; if it is no longer needed, remove its step from the workflow on the base branch first'
          : `keep the old path, or first change the workflow on the base branch to ${other}`,
    },
  ])
}

/** A plain file of a commit; its bytes are not read yet. */
export interface CommittedFile {
  /** Git's name of the content: SHA-1, or SHA-256 in a repository of that kind. */
  readonly id: string
  readonly bytes: number
  read(): Promise<Result<Buffer, string>>
}

/**
 * The same file as bytes; null if the commit has no plain file of that name, and the reason if that cannot be determined.
 * This never turns the check red, so it does not throw.
 *
 * @param path relative to the workspace
 */
export async function blobAt(sha: string, path: string, commits: Commits): Promise<Result<CommittedFile | null, string>> {
  const { checkout, runner } = commits
  const name = pathIn(checkout, path, runner.workspace)
  if (name === null) return ok(null)
  const found = await fileIn(checkout, sha, name)
  if (found.is === 'absent') return ok(null)
  if (found.is === 'odd') return err(found.why)
  const bytes = found.is === 'file' ? sizeIn(checkout, found.id) : null
  if (found.is === 'file' && bytes !== null) {
    const { id } = found
    return ok({ id, bytes, read: async () => orElse(bytesIn(checkout, id), 'the checkout does not have its content') })
  }
  return blobOf(apiOf(commits), sha, name)
}

const orElse = (bytes: Buffer | null, why: string): Result<Buffer, string> => (bytes === null ? err(why) : ok(bytes))
