import { mkdtempSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { normalize } from '../compile/normalize.ts'
import type { Runner } from '../github/environment.ts'
import { needsBaseline, type GateRule } from '../plan/gates.ts'
import { parseLock } from '../report/lock.ts'
import { parseSpec } from '../spec/parse.ts'
import type { BaseSpec } from '../study/base-study.ts'
import { insideFolder, lockName, retrainWords } from '../study/lock.ts'
import { unwrap } from '../study/prepare.ts'
import type { StudyOptions } from '../study/run-study.ts'
import { fileAt, isCommitted } from './commit-files.ts'

type Baseline = Pick<StudyOptions, 'baselinePath' | 'baseSpec' | 'baseCommit'>
type Verification = Pick<StudyOptions, 'stages' | 'gates' | 'tuned'> & Baseline

/**
 * Verification alone, of the levers that the checkout's lock holds, or its spec where they were not tuned from it. With a base
 * commit its gates judge, against its lock or what it has retrained: who proposes a change does not choose what it is judged by.
 */
export async function verification(options: StudyOptions, base: string | null, runner: Runner): Promise<Verification> {
  const own = await readFile(lockBeside(options.specPath), 'utf8').catch(() => null)
  const tuned = own === null ? {} : { tuned: parseLock(own, lockName) }
  const stages = options.stages ?? ['verify']
  if (base === null) return { stages, ...tuned }
  const spec = await fileAt(base, options.specPath, runner)
  // The first pull request with a spec has nothing to be compared with, and nobody else's gates.
  if (spec === null) return { stages, ...tuned }
  const { gates } = unwrap(normalize(unwrap(parseSpec(spec, options.specPath))))
  return { stages, gates, ...tuned, ...await baselineAt(base, gates, options, runner) }
}

async function baselineAt(base: string, gates: readonly GateRule[], options: StudyOptions, runner: Runner): Promise<Baseline> {
  const { baselinePath, baseSpec, specPath } = options
  if (baseSpec || (baselinePath !== undefined && retrainWords.includes(baselinePath))) {
    return retrainedAt(base, baseSpec?.path ?? specPath, runner)
  }
  const path = baselinePath === undefined || baselinePath === 'lock' ? lockBeside(specPath) : await insideFolder(baselinePath)
  const text = await fileAt(base, path, runner)
  // What neither commit holds, such as an artifact that an earlier step downloaded, is the workflow's choice.
  if (text === null && baselinePath !== undefined && await isFile(path) && !isCommitted(path, runner)) return { baselinePath }
  return lockAt(base, { path, text }, gates)
}

const isFile = (path: string): Promise<boolean> => stat(path).then((s) => s.isFile(), () => false)

/** What the commit has: its spec with the levers of its lock. */
async function retrainedAt(sha: string, path: string, runner: Runner): Promise<Baseline> {
  const text = await fileAt(sha, path, runner)
  if (text === null) throw missing('the base commit has no spec to retrain', path, sha, 'name one that it has by the input base-spec')
  const lock = await fileAt(sha, lockBeside(path), runner)
  const name = `${path} of the base commit`
  const baseSpec: BaseSpec = { path: name, text, ...(lock === null ? {} : { tuned: parseLock(lock, `${lockName} of the base commit`) }) }
  return { baseSpec, baseCommit: { sha, path } }
}

function lockAt(sha: string, { path, text }: { readonly path: string; readonly text: string | null }, gates: readonly GateRule[]): Baseline {
  if (text === null && !gates.some(needsBaseline)) return {}
  if (text === null) {
    throw missing('the base commit has no lock to compare with', path, sha,
      'tune on the default branch, and commit the lock that it leaves; or let `baseline: retrain` train what the base commit has')
  }
  const file = join(mkdtempSync(join(tmpdir(), 'tunegate-base-')), lockName)
  writeFileSync(file, text)
  return { baselinePath: file, baseCommit: { sha, path } }
}

const missing = (what: string, path: string, sha: string, hint: string): InputError => new InputError([{
  code: 'verify/no-baseline', severity: 'error', message: `inconclusive: ${what}`, found: `no ${path} at ${sha}`, hint,
}])

const lockBeside = (spec: string): string => join(dirname(spec), lockName)
