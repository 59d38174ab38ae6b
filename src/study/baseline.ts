import { basename } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { readTextWithin, reasonOf } from '../base/files.ts'
import { unreachable } from '../base/result.ts'
import type { Lock } from '../records/lock.ts'
import { mostLockBytes, parseLock } from '../report/lock.ts'
import { firstFile, lockBeside, locksAt, lockTextBeside, type LockedSpec } from './locks.ts'

/** What the gates of a study compare with. */
export type Baseline =
  /** The lock beside the spec. If it is missing and not required, the declared levers. */
  | { readonly kind: 'beside-spec'; readonly required: boolean }
  /** The lock in a file, or in a folder such as a downloaded artifact. */
  | { readonly kind: 'file'; readonly path: string }
  /** The lock of a commit. */
  | { readonly kind: 'commit'; readonly lock: Lock; readonly commit: CommitFile }
  /** The levers that the spec declares. Every verification trains them as well. */
  | { readonly kind: 'declared' }
  /** The model and levers of another spec, retrained on the same seeds. */
  | { readonly kind: 'spec'; readonly spec: BaseSpec; readonly commit?: CommitFile }

export const defaultBaseline: Baseline = { kind: 'beside-spec', required: false }

/** A file of a commit; the path counts from the root of the repository. */
export interface CommitFile {
  readonly sha: string
  readonly path: string
}

/** The spec that a baseline is retrained from. */
export interface BaseSpec {
  /** Its name in messages. */
  readonly path: string
  /** Its text if it is not the file's, for example the text at another commit. */
  readonly text?: string | undefined
  /** Where its script runs, if that is not the folder of `path`: the folder of the spec in another checkout. */
  readonly folder?: string | undefined
  /** A lock whose levers replace the spec's, if it was tuned from the levers that the spec declares. */
  readonly tuned?: Pick<Lock, 'levers' | 'lineage'> | undefined
}

/** Words that mean `declared`; `retrained` is the old one. */
const retrainWords: readonly string[] = ['retrain', 'retrained']

/** The baseline that a person names by a word or a path. Write `./lock` for a file with the name of a word. */
export function namedBaseline(name: string | undefined): Baseline {
  if (name === undefined) return defaultBaseline
  if (retrainWords.includes(name)) return { kind: 'declared' }
  return name === 'lock' ? { kind: 'beside-spec', required: true } : { kind: 'file', path: name }
}

export interface NamedLock {
  readonly lock: Lock
  /** Its name in sentences. */
  readonly source: string
}

/** The lock that a study compares with; null if it compares with runs of its own. Throws if it cannot be read. */
export async function lockOf(spec: LockedSpec, baseline: Baseline = defaultBaseline): Promise<NamedLock | null> {
  switch (baseline.kind) {
    case 'beside-spec':
      return lockBesideSpec(spec, baseline.required)
    case 'file':
      return readLock(await firstFile(await locksAt(baseline.path, spec.path)))
    case 'commit':
      return { lock: baseline.lock, source: basename(baseline.commit.path) }
    case 'declared':
    case 'spec':
      return null
    default:
      return unreachable(baseline, 'baseline')
  }
}

async function lockBesideSpec(spec: LockedSpec, required: boolean): Promise<NamedLock | null> {
  const found = await lockTextBeside(spec, lockTextAt)
  if (found) return named(found.text, found.path)
  return required ? readLock(lockBeside(spec.path)) : null
}

async function readLock(path: string): Promise<NamedLock> {
  const text = await lockTextAt(path)
  if (text === null) throw unreadable(path, { code: 'ENOENT', name: '', message: '' })
  return named(text, path)
}

const named = (text: string, path: string): NamedLock => ({ lock: parseLock(text, path), source: basename(path) })

/** The text of a lock; null if there is no such file. Throws an `InputError` if it cannot be read. */
export async function lockTextAt(path: string): Promise<string | null> {
  return readTextWithin(path, mostLockBytes, 'lock/too-large').catch((error: NodeJS.ErrnoException) => {
    if (error instanceof InputError) throw error
    if (error.code === 'ENOENT') return null
    throw unreadable(path, error)
  })
}

const unreadable = (path: string, error: NodeJS.ErrnoException): InputError =>
  new InputError([
    {
      code: 'lock/unreadable',
      severity: 'error',
      message: 'the baseline lock cannot be read',
      found: `${path}: ${reasonOf(error)}`,
      hint: 'pass another lock with --baseline PATH, or compare with the declared levers: --baseline retrain',
    },
  ])
