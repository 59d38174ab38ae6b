import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { readWithin } from '../base/files.ts'
import { unreachable } from '../base/result.ts'
import type { Lock } from '../records/lock.ts'
import type { ReadResults } from '../records/results.ts'
import { mostLockBytes } from '../report/lock.ts'
import { readResults, type Meaning, type ResultsSource } from '../results/read-results.ts'
import { lockOf, type Baseline } from './baseline.ts'
import { firstFile, locksIn, membersOfLock, type LockedSpec } from './locks.ts'

/** What results are compared with. */
export type ResultsBaseline =
  | Baseline
  | { readonly kind: 'results'; readonly source: ResultsSource }
  /** Nothing, whatever lies beside the spec. */
  | { readonly kind: 'none' }

/** A baseline that was read: a lock, results of the same form as the candidate's, or nothing. */
export type FoundBaseline =
  | { readonly kind: 'lock'; readonly lock: Lock; readonly source: string }
  | { readonly kind: 'results'; readonly results: ReadResults }
  | { readonly kind: 'none' }

export async function baselineOfResults(
  spec: LockedSpec,
  baseline: ResultsBaseline,
  meaning: Meaning,
): Promise<FoundBaseline> {
  switch (baseline.kind) {
    case 'beside-spec':
    case 'commit': {
      const found = await lockOf(spec, baseline)
      return found ? { kind: 'lock', ...found } : { kind: 'none' }
    }
    case 'file': {
      if (!(await isLock(baseline.path, spec.path))) return resultsAt({ kind: 'paths', paths: [baseline.path] }, meaning)
      const found = await lockOf(spec, baseline)
      return found ? { kind: 'lock', ...found } : { kind: 'none' }
    }
    case 'results':
      return resultsAt(baseline.source, meaning)
    case 'none':
      return baseline
    case 'declared':
    case 'spec':
      throw notRetrained(baseline.kind === 'declared' ? 'retrain' : baseline.spec.path)
    default:
      return unreachable(baseline, 'baseline')
  }
}

const resultsAt = async (source: ResultsSource, meaning: Meaning): Promise<FoundBaseline> => ({
  kind: 'results',
  results: await readResults(source, meaning),
})

/** Whether a path is a lock, or a folder with one. Locks have fingerprints, and results of a tool have none. */
async function isLock(path: string, specPath: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined)
  if (info?.isDirectory()) return isFile(await firstFile(locksIn(path, specPath)))
  if (!info?.isFile() || !/\.json$/i.test(basename(path))) return false
  const text = (await readWithin(path, mostLockBytes).catch(() => undefined))?.toString('utf8') ?? ''
  return isLockText(text)
}

/** The same for the text of a file. */
export function isLockText(text: string): boolean {
  const members = membersOfLock(text) ?? {}
  return 'fingerprints' in members && 'seeds' in members
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isFile(),
    () => false,
  )

const notRetrained = (found: string): InputError =>
  new InputError([
    {
      code: 'results/retrain',
      severity: 'error',
      message: 'results are judged without training, so no baseline can be retrained',
      found,
      allowed: 'a lock, or results of the baseline in a file or folder',
    },
  ])
