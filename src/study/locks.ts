import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMap, jsonOrUndefined } from '../base/json.ts'
import { mostLockBytes, mostLockValues } from '../report/lock.ts'
import { lockNameOf, usualLockName } from '../report/lock-name.ts'

/** The spec that a lock belongs to. */
export interface LockedSpec {
  readonly path: string
  /** The name of its study, which locks carry too. */
  readonly name: string
}

/** Where the lock of a spec is written and looked for first. */
export const lockBeside = (specPath: string): string => join(dirname(specPath), lockNameOf(specPath))

/** Every place in a folder, such as a downloaded artifact, where the lock of a spec may be. */
export const locksIn = (folder: string, specPath: string): readonly string[] => [
  ...new Set([join(folder, lockNameOf(specPath)), join(folder, usualLockName)]),
]

/**
 * Every place beside a spec where its lock may be: its own, then the one that older versions gave to all specs of a folder.
 */
export const locksBeside = (specPath: string): readonly string[] => locksIn(dirname(specPath), specPath)

export interface LockText {
  readonly path: string
  readonly text: string
}

/**
 * The lock beside a spec, with where it was; null if there is none. A lock under the old name counts only if it names the
 * study of this spec: in a folder of several specs it may be another's.
 *
 * @param textAt the text of a file, or null if there is none; for a change, a file of its base commit
 */
export async function lockTextBeside(
  { path: specPath, name }: LockedSpec,
  textAt: (path: string) => Promise<string | null>,
): Promise<LockText | null> {
  const own = lockBeside(specPath)
  for (const path of locksBeside(specPath)) {
    const text = await textAt(path)
    if (text !== null && (path === own || isOf(text, name))) return { path, text }
  }
  return null
}

/** The first of these files that there is. */
export async function firstText(
  paths: readonly string[],
  textAt: (path: string) => Promise<string | null>,
): Promise<LockText | null> {
  for (const path of paths) {
    const text = await textAt(path)
    if (text !== null) return { path, text }
  }
  return null
}

const isOf = (text: string, name: string): boolean => membersOfLock(text)?.['name'] === name

/** The members of a text that may be a lock, before anybody knows whether it is one; undefined if it is no JSON object. */
export function membersOfLock(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = jsonOrUndefined(text, { bytes: mostLockBytes, depth: 64, values: mostLockValues })
  return isMap(value) ? value : undefined
}

const is = (path: string, what: 'isFile' | 'isDirectory'): Promise<boolean> =>
  stat(path).then(
    (found) => found[what](),
    () => false,
  )

/** The places of a lock that a user names by its path or by its folder. */
export const locksAt = async (named: string, specPath: string): Promise<readonly string[]> =>
  (await is(named, 'isDirectory')) ? locksIn(named, specPath) : [named]

/** The first of these places with a file; the first place if there is none. */
export async function firstFile(paths: readonly string[]): Promise<string> {
  for (const path of paths) if (await is(path, 'isFile')) return path
  return paths[0] ?? ''
}
