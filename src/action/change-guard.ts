import { realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { entryAt } from '../base/files.ts'
import { insideWorkspace, type Runner } from '../github/environment.ts'
import type { BaselineInput } from '../github/inputs.ts'
import { locksBeside } from '../study/locks.ts'

/** Absolute paths that a step reads or writes; null if an input names none. */
export interface StepPaths {
  readonly spec: string
  readonly baseline: BaselineInput
  readonly out: string | null
  readonly results: readonly string[] | null
}

/**
 * A commit can contain links. A link out of the checkout would make the step read the runner's files (messages quote what
 * they cannot read) or write there. Throws for the paths that a workflow names; the data file is checked when it is loaded.
 */
export function requireInside({ spec, baseline, out, results }: StepPaths, { workspace }: Runner): void {
  const given = ['path' in baseline ? baseline.path : null, out, ...(results ?? [])].filter((path) => path !== null)
  refuseLinks([spec, ...locksBeside(spec), join(workspace, '.tunegate'), ...given], workspace)
}

/**
 * The spec and its lock must belong to the checkout: a link to another checkout in the workspace would have that one judged.
 */
export const requireOwn = (spec: string, root: string): void => refuseLinks([spec, ...locksBeside(spec)], root)

function refuseLinks(paths: readonly string[], folder: string): void {
  const top = realpathSync(folder)
  const wrong = paths.filter((path) => leadsOut(path, top))
  if (wrong.length === 0) return
  throw new InputError(
    wrong.map((path) => ({
      code: 'action/link',
      severity: 'error',
      message: 'a link points outside the checkout',
      found: relative(folder, path),
      hint: 'commit the file or the folder itself',
    })),
  )
}

/** The part of a path that exists so far. A link to nothing counts as a link out of the checkout. */
function leadsOut(path: string, top: string): boolean {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (entryAt(at)) return !isInside(at, top)
  }
  return true
}

function isInside(path: string, top: string): boolean {
  try {
    return insideWorkspace(realpathSync(path), top) !== null
  } catch {
    return false
  }
}
