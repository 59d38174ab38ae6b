import { relative, sep } from 'node:path'
import { needsBaseline } from '../gates/index.ts'
import type { GateRule } from '../records/gates.ts'
import type { BaselineInput } from '../github/inputs.ts'
import type { Baseline } from '../study/baseline.ts'
import { firstText, lockBeside, locksBeside, lockTextBeside } from '../study/locks.ts'

/**
 * What a study compares with if the base commit has no lock.
 *
 * - `proposal`, for a change that is only verified: the spec of the base commit, retrained if a gate compares. A lock that
 *   the workflow names must be there.
 * - `study`: the same, and the levers that the change declares if no gate compares.
 * - `jobs`: the levers that the change declares. They are not a baseline, so nothing is judged if a gate compares.
 */
export type WithoutLock = 'proposal' | 'study' | 'jobs'

/** What a change is compared with, by the choice of the workflow and the files of the base commit. */
export type BaseChoice =
  /** The spec at this path of the base commit, retrained; `unfit` is a lock beside it that is not one of its study. */
  | { readonly kind: 'retrained'; readonly path: string; readonly unfit?: string }
  /** The lock of the base commit. */
  | { readonly kind: 'lock'; readonly path: string; readonly text: string }
  /** A lock that no commit has, such as an artifact that an earlier step downloaded. */
  | { readonly kind: 'provided'; readonly path: string }
  /** The levers that the change declares. */
  | { readonly kind: 'declared' }
  /** No gate compares, so any baseline is allowed. */
  | { readonly kind: 'any' }
  /** A gate compares, and the base commit has no lock at this path. */
  | { readonly kind: 'missing'; readonly path: string }

export interface BaseQuery {
  readonly specPath: string
  /** The name of the study in the spec of the base commit. */
  readonly name: string
  /** What the workflow asks to compare with. */
  readonly asked: Baseline
  /** The gates of the base commit. */
  readonly gates: readonly GateRule[]
  readonly without: WithoutLock
  /** The places of the lock if `asked` names a file or a folder, in order. */
  readonly locksAt: (named: string) => readonly string[] | Promise<readonly string[]>
  /** The text of a file at the base commit; null if it has no such file. */
  readonly textAt: (path: string) => Promise<string | null>
  /** Whether the first file at these places is one that no commit has. */
  readonly isProvided: (paths: readonly string[]) => boolean | Promise<boolean>
}

/** The same choice for the job that judges a change and for the job that checks its report. */
export async function chooseBase(query: BaseQuery): Promise<BaseChoice> {
  const { asked, specPath, gates, without } = query
  if (asked.kind === 'spec') return { kind: 'retrained', path: asked.spec.path }
  if (asked.kind === 'declared') return { kind: 'retrained', path: specPath }
  const named = asked.kind === 'file' ? await query.locksAt(asked.path) : null
  const found = await (named
    ? firstText(named, query.textAt)
    : lockTextBeside({ path: specPath, name: query.name }, query.textAt))
  if (found) return { kind: 'lock', ...found }
  // Beside the spec, a study reads its own name first. A file under the old name, which a change may hold, provides nothing.
  const places = named ?? [lockBeside(specPath)]
  const path = places[0] ?? ''
  if (isNamed(asked) && (await query.isProvided(places))) return { kind: 'provided', path }
  if (gates.some(needsBaseline)) {
    const refused = without === 'jobs' || (without === 'proposal' && isNamed(asked))
    if (refused) return { kind: 'missing', path }
    // One that belonged to the study was found above.
    const unfit = named ? null : await firstText(locksBeside(specPath).slice(1), query.textAt)
    return { kind: 'retrained', path: specPath, ...(unfit ? { unfit: unfit.path } : {}) }
  }
  return { kind: without === 'proposal' ? 'any' : 'declared' }
}

/** Whether the workflow chose it. By default, the lock beside the spec belongs to the change. */
export const isNamed = (asked: Baseline): boolean => asked.kind !== 'beside-spec' || asked.required

/** The baseline of the inputs. Its paths are relative to the workspace, and `./lock` is no word in a command. */
export function baselineOf(asked: BaselineInput, workspace: string): Baseline {
  switch (asked.kind) {
    case 'beside-spec':
    case 'declared':
      return asked
    case 'file':
      return { kind: 'file', path: `.${sep}${relative(workspace, asked.path)}` }
    case 'spec':
      return { kind: 'spec', spec: { path: relative(workspace, asked.path) } }
  }
}
