import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { entryAt } from '../base/files.ts'
import { heldIn, pathIn, repositoryOf, rootsAbove } from './repository.ts'

/** Where a step writes its report. */
export interface ReportPlace {
  /** Absolute path of the workspace. */
  readonly workspace: string
  /** Absolute path in the workspace; null means `.tunegate`. */
  readonly out: string | null
}

const folderOf = ({ workspace, out }: ReportPlace): string => out ?? join(workspace, '.tunegate')

/**
 * A step writes only to plain folders and files, at every level from the workspace down to each existing file. A link, a
 * second name of a file, or a device would redirect the report, even within the workspace.
 */
export function requirePlainFolder(place: ReportPlace): void {
  const { workspace } = place
  const folder = folderOf(place)
  const names = relative(workspace, folder)
    .split(sep)
    .filter((name) => name !== '')
  const above = names.map((_, i) => join(workspace, ...names.slice(0, i + 1)))
  const wrong =
    above.find((path) => kindOf(path) !== 'folder' && kindOf(path) !== 'nothing') ??
    (isCheckout(folder, workspace) ? undefined : wrongBelow(folder))
  if (wrong === undefined) return
  throw new InputError([
    {
      code: 'action/report-link',
      severity: 'error',
      message: 'the report path goes through something that is not a plain file or folder',
      found: `${relative(workspace, wrong)} is ${kindOf(wrong)}`,
      allowed: 'plain files and folders, no links',
      hint: 'remove it, or set the input out to another folder',
    },
  ])
}

/** A checkout may have its own links. A change never reports into one. */
const isCheckout = (folder: string, workspace: string): boolean =>
  folder === workspace || kindOf(join(folder, '.git')) !== 'nothing'

function wrongBelow(folder: string): string | undefined {
  if (kindOf(folder) !== 'folder') return undefined
  for (const path of readdirSync(folder).map((name) => join(folder, name))) {
    const kind = kindOf(path)
    const wrong = kind === 'folder' ? wrongBelow(path) : kind === 'a file' ? undefined : path
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function kindOf(path: string): 'nothing' | 'folder' | 'a file' | 'a file with a second name' | 'a link' | 'a device' {
  const found = entryAt(path)
  if (!found) return 'nothing'
  if (found.isSymbolicLink()) return 'a link'
  if (found.isDirectory()) return 'folder'
  if (!found.isFile()) return 'a device'
  return found.nlink > 1 ? 'a file with a second name' : 'a file'
}

/**
 * The author of a change does not supply its report. The folder is new or contains an earlier tunegate report, and no commit
 * contains it in any spelling. Also throws if that cannot be determined.
 */
export async function requireNoReport(place: ReportPlace): Promise<void> {
  const { workspace, out } = place
  const folder = folderOf(place)
  const held = await committedAt(folder, workspace)
  if (held !== null) {
    throw refusal(
      'action/report-committed',
      'the report folder is part of the commit',
      held,
      `remove it (git rm -r --cached ${held}) and add it to .gitignore, or set the input out to another folder`,
    )
  }
  if (out === null || kindOf(folder) === 'nothing') return
  const names = readdirSync(folder)
  if (names.length === 0 || names.some((n) => /^(report\.json|journal\.jsonl.*|baseline)$/.test(n))) return
  throw refusal(
    'action/report-foreign',
    'the report folder contains other files',
    join(relative(workspace, folder), names[0] ?? ''),
    'set the input out to an empty or new folder',
  )
}

/** What a repository that contains the folder has at its path. */
async function committedAt(folder: string, workspace: string): Promise<string | null> {
  const inside = join(folder, 'report.json')
  if (rootsAbove(workspace, inside).length === 0) return null
  const repository = repositoryOf(workspace, inside)
  const path = pathIn(repository, relative(workspace, folder), workspace)
  return path ? heldIn(repository, path) : '.'
}

const refusal = (code: string, message: string, found: string, hint: string): InputError =>
  new InputError([{ code, severity: 'error', message, found, hint }])
