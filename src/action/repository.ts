import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { entryAt } from '../base/files.ts'
import { heldUnder, lookUp, type AtPath, type TreeEntry } from '../base/tree-path.ts'
import { insideWorkspace } from '../github/environment.ts'
import { findGit, git, gitBytes, type GitPlace } from './git.ts'

/** The repository that the workflow checked out. It is found once and passed on as a whole; nothing searches for another. */
export interface Repository {
  /** Real path of the folder that contains `.git`. */
  readonly root: string
  /** The commit that is checked out. */
  readonly head: string
  /** A repository without its own settings, which reads the objects of the checkout. */
  readonly objects: GitPlace
}

/**
 * The outermost repository from the workspace down to a path. A change can put nothing above its own checkout, and git
 * commits no file named `.git`. Anything else that looks like a repository is ignored. Throws if there is none or if it is
 * unusual.
 *
 * @param path absolute, in the workspace
 */
export function repositoryOf(workspace: string, path: string): Repository {
  const [root, ...nested] = rootsAbove(workspace, path)
  if (root === undefined) throw noRepository()
  const [inner] = nested
  if (inner !== undefined) throw odd('the checkout contains another repository', `${relative(workspace, inner)}${sep}.git`)
  const gitDir = gitFolder(root, workspace)
  const program = findGit(workspace)
  if (program === null)
    throw odd('git is missing, so the change is unknown', 'no git on PATH outside the workspace', 'install git in the job')
  const head = git({ program, gitDir, workTree: root }, 'rev-parse', '--verify', '--quiet', 'HEAD')?.trim()
  if (head === undefined || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(head))
    throw odd('the repository has no commit that git can read', relative(workspace, root) || '.')
  const objects: GitPlace = { program, gitDir: plainFolder(head), workTree: root, objects: join(gitDir, 'objects') }
  if (git(objects, 'cat-file', '-t', head) !== 'commit\n')
    throw odd('the repository does not contain the commit that is checked out', head)
  return { root: realpathSync(root), head, objects }
}

/** Folders with a `.git` of any kind, outermost first. */
export function rootsAbove(workspace: string, path: string): readonly string[] {
  const folders: string[] = []
  for (let at = dirname(path); insideWorkspace(at, workspace) !== null; at = dirname(at)) {
    folders.unshift(at)
    if (at === dirname(at)) break
  }
  return folders.filter((folder) => entryAt(join(folder, '.git')) !== null)
}

/**
 * What a commit of the repository has at a path from its root; `unknown` if the repository lacks the commit or one of its
 * trees.
 */
export const fileIn = ({ objects }: Repository, commit: string, path: string): Promise<AtPath> =>
  lookUp(commit, path, async (id) => entriesOf(objects, id))

/**
 * The path under which the checked-out commit contains a path or a prefix of it, in any spelling; null if it contains
 * nothing there.
 */
export async function heldIn({ objects, head }: Repository, path: string): Promise<string | null> {
  const held = await heldUnder(head, path, async (id) => entriesOf(objects, id))
  if (held === 'unknown') throw odd('the repository is missing a tree of its own commit', head)
  return held
}

/** The text of a file by its id; null if the repository lacks it. */
export const textIn = ({ objects }: Repository, id: string): string | null => git(objects, 'cat-file', 'blob', id)

/** The same for bytes. */
export const bytesIn = ({ objects }: Repository, id: string): Buffer | null => gitBytes(objects, 'cat-file', 'blob', id)

/** Bytes of a file by its id; null if the repository lacks it. */
export function sizeIn({ objects }: Repository, id: string): number | null {
  const size = git(objects, 'cat-file', '-s', id)
  return size === null ? null : Number(size)
}

/**
 * A new folder with all files of a commit, as a checkout writes them; null if the repository lacks any of it. It is gone
 * when the process ends. No filter runs, because the settings of the checkout are not read: a file in Git LFS is its
 * pointer.
 */
export function treeIn({ objects }: Repository, commit: string): string | null {
  const folder = temporary('tunegate-base-')
  const place = { ...objects, workTree: folder }
  const written =
    git(place, 'read-tree', commit) !== null &&
    git(place, 'checkout-index', '--all', '--quiet', `--prefix=${folder}/`) !== null
  return written ? folder : null
}

/** Where the checked-out commit contains a file with exactly this text; null if nowhere, or if git cannot tell. */
export function pathOfText({ objects, head }: Repository, text: string): string | null {
  const bytes = Buffer.from(text)
  const id = createHash(head.length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
  return entriesOf(objects, head, '-r')?.find((e) => e.id === id && e.mode.startsWith('100'))?.name ?? null
}

/** The path from the root of the repository, with `/` between folders; null if it is outside. */
export function pathIn({ root }: Repository, path: string, workspace: string): string | null {
  return insideWorkspace(join(realpathSync(workspace), path), root)
}

function entriesOf(place: GitPlace, id: string, ...more: readonly string[]): readonly TreeEntry[] | null {
  const listed = git(place, 'ls-tree', '-z', ...more, id)
  return listed === null
    ? null
    : listed
        .split('\0')
        .slice(0, -1)
        .map((line) => {
          const [, mode = '', entry = '', name = ''] = /^(\d{6}) [a-z]+ ([0-9a-f]+)\t([^]*)$/.exec(line) ?? []
          return { mode, id: entry, name }
        })
}

/** `.git` as in a clone. A file or a link there leads git elsewhere. */
function gitFolder(root: string, workspace: string): string {
  const folder = join(root, '.git')
  const plain = [folder, join(folder, 'objects')].every((path) => entryAt(path)?.isDirectory())
  if (plain && !existsSync(join(folder, 'commondir')) && isAt(root, workspace)) return folder
  throw odd('the repository is not a plain clone', relative(workspace, folder))
}

/** Whether there is no link between the workspace and the folder. */
const isAt = (folder: string, workspace: string): boolean =>
  realpathSync(folder) === join(realpathSync(workspace), relative(workspace, folder))

const made: string[] = []

/** A folder that is removed when the process ends. */
function temporary(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  if (made.push(folder) === 1)
    process.once('exit', () => made.forEach((path) => rmSync(path, { recursive: true, force: true })))
  return folder
}

/** A repository without settings. Git never sees the checkout's `config`, `info/` and refs. */
function plainFolder(head: string): string {
  const folder = temporary('tunegate-git-')
  for (const name of ['objects', 'refs']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/none\n')
  const format =
    head.length === 64
      ? '\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n'
      : '\trepositoryformatversion = 0\n'
  writeFileSync(join(folder, 'config'), `[core]\n${format}`)
  return folder
}

const odd = (
  message: string,
  found: string,
  hint = 'check out the change with actions/checkout, at the root of the workspace or in a subfolder',
): InputError =>
  new InputError([{ code: 'action/repository', severity: 'error', message: `inconclusive: ${message}`, found, hint }])

const noRepository = (): InputError =>
  odd('the step does not run in a repository, so the change is unknown', 'no .git between the workspace and the spec')
