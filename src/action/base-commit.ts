import { stat } from 'node:fs/promises'
import { InputError } from '../base/diagnostics.ts'
import { unreachable } from '../base/result.ts'
import { normalize } from '../compile/normalize.ts'
import { isTrainerSpec, type NormalizedSpec } from '../compile/normalized.ts'
import { annotate } from '../github/annotations.ts'
import { say } from '../github/log.ts'
import { needsBaseline } from '../gates/index.ts'
import { parseLock } from '../report/lock.ts'
import { parseSpec } from '../dsl/parse.ts'
import { confirmation } from '../stages/index.ts'
import { rulesOf, type Rules } from '../study/rules.ts'
import { defaultBaseline, lockTextAt, type BaseSpec, type Baseline } from '../study/baseline.ts'
import { firstFile, lockBeside, locksAt, lockTextBeside } from '../study/locks.ts'
import { readSpec } from '../study/read-spec.ts'
import type { StudyOptions } from '../study/options.ts'
import { chooseBase, isNamed, type WithoutLock } from './base-choice.ts'
import { baseData } from './base-data.ts'
import { fileAt, folderAt, isCommitted, requireKept, type Commits } from './commit-files.ts'

/** What the commit that a change will be merged into decides about the change's study. */
type Judged = Pick<StudyOptions, 'rules' | 'baseData' | 'fresh' | 'baseline'>

/**
 * The base commit's rules and baseline replace those in the change. The author of a change does not choose what judges it or
 * what it may cost, and cannot submit measurements as a journal.
 */
export async function judgedBy(
  base: string,
  without: WithoutLock,
  options: StudyOptions,
  commits: Commits,
): Promise<Judged> {
  const text = await fileAt(base, options.specPath, commits)
  if (text === null) {
    // The first change with a spec has nothing to compare with, and only its own gates.
    say(`${base} has no ${options.specPath}: the change is judged by its own gates.`)
    return { fresh: true }
  }
  await requireKept(base, options.specPath, text, commits)
  const spec = specAt(text, options.specPath)
  const rules = rulesOf(spec)
  const data = isTrainerSpec(spec) ? undefined : baseData(base, options.specPath, spec.data, commits)
  return { fresh: true, rules, baseData: data, baseline: await baselineAt(base, spec, without, options, commits) }
}

/** The rules alone, for jobs that judge nothing themselves; undefined if the base has no spec yet. */
export async function rulesAt(base: string, path: string, commits: Commits): Promise<Rules | undefined> {
  const text = await fileAt(base, path, commits)
  return text === null ? undefined : rulesOf(specAt(text, path))
}

/** From a text on the base branch, see `rulesOf`. Throws if it is not valid, since nothing then defines the rules. */
export function specAt(text: string, path: string): NormalizedSpec {
  const parsed = parseSpec(text, path)
  const spec = parsed.ok ? normalize(parsed.value) : parsed
  if (spec.ok) return spec.value
  const [first] = spec.error
  throw new InputError([
    {
      code: 'verify/base-spec',
      severity: 'error',
      message: 'inconclusive: the spec of the base commit is not valid, so the rules that judge the change are unknown',
      found: `${path}${first?.at ? `:${first.at.line}` : ''}: ${first?.message ?? ''}`,
      hint: 'fix it on the base branch first',
    },
  ])
}

/** Without a baseline at the base commit, the study keeps the one that the workflow asks for. */
async function baselineAt(
  base: string,
  { name, gates }: Pick<NormalizedSpec, 'name' | 'gates'>,
  without: WithoutLock,
  options: StudyOptions,
  commits: Commits,
): Promise<Baseline> {
  const { baseline: asked = defaultBaseline, specPath } = options
  const choice = await chooseBase({
    specPath,
    name,
    asked,
    gates,
    without,
    locksAt: (path) => locksAt(path, specPath),
    textAt: (path) => fileAt(base, path, commits),
    isProvided: async (paths) => {
      const path = await firstFile(paths)
      return (await isFile(path)) && !(await isCommitted(path, commits))
    },
  })
  switch (choice.kind) {
    case 'retrained':
      if (!isNamed(asked)) say(`${base} has no lock for ${specPath}: its spec is retrained as the baseline.`)
      if (choice.unfit !== undefined) tellUnfit(choice.unfit, specPath, name)
      if (without !== 'jobs') return retrainedAt(base, choice.path, commits)
      if (gates.some(needsBaseline)) throw jobsWithoutLock(base, lockBeside(specPath))
      return asked
    case 'lock':
      return { kind: 'commit', lock: parseLock(choice.text, ofBase(choice.path)), commit: { sha: base, path: choice.path } }
    case 'declared':
      return { kind: 'declared' }
    case 'provided':
    case 'any':
      return asked
    case 'missing':
      throw without === 'jobs' ? jobsWithoutLock(base, choice.path) : withoutLock(base, choice.path)
    default:
      return unreachable(choice, 'baseline')
  }
}

/** In the log and on the page of the run: somebody may have believed that this lock is the baseline. */
const tellUnfit = (path: string, specPath: string, name: string): void =>
  annotate([
    {
      level: 'warning',
      title: 'The lock of the base commit is not used',
      message:
        `${path} of the base commit is damaged or not a lock of the study ${name}, so the spec is retrained instead. ` +
        `Commit the lock of ${specPath} as ${lockBeside(specPath)}.`,
    },
  ])

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isFile(),
    () => false,
  )

/** The lock beside the spec belongs to the change, so no study compares with it. */
const withoutLock = (base: string, path: string): InputError =>
  missing(
    'the base commit has no lock to compare with',
    path,
    base,
    'tune on the default branch and commit the lock that it writes, or retrain the base commit with `baseline: retrain`',
  )

/** The change's declared levers are its own. Compared with those, a worse model would look no worse. */
const jobsWithoutLock = (base: string, path: string): InputError =>
  missing(
    'the base commit has no lock to compare with, and the jobs of a compiled workflow cannot retrain its spec',
    path,
    base,
    'tune on the default branch and commit the lock that it writes, or verify pull requests in one job (mode: verify)',
  )

/** How messages and gates name a spec read from there. */
export const ofBase = (path: string): string => `${path} of the base commit`

/** The commit's spec with the levers of its lock. Throws if the commit has no such spec. */
async function retrainedAt(sha: string, path: string, commits: Commits): Promise<Baseline> {
  const text = await fileAt(sha, path, commits)
  if (text === null)
    throw missing('the base commit has no spec to retrain', path, sha, 'set the input base-spec to one that it has')
  const own = specAt(text, path)
  const lock = await lockTextBeside({ path, name: own.name }, (at) => fileAt(sha, at, commits))
  const spec: BaseSpec = {
    path: ofBase(path),
    text,
    ...(isTrainerSpec(own) ? { folder: folderAt(sha, path, commits) } : {}),
    tuned: lock === null ? undefined : parseLock(lock.text, ofBase(lock.path)),
  }
  return { kind: 'spec', spec, commit: { sha, path } }
}

const missing = (what: string, path: string, sha: string, hint: string): InputError =>
  new InputError([
    {
      code: 'verify/no-baseline',
      severity: 'error',
      message: `inconclusive: ${what}`,
      found: `no ${path} at ${sha}`,
      hint,
    },
  ])

/** Only verification, of the levers in the checkout's lock, or of its spec if the lock was not tuned from it. */
export async function verification(options: StudyOptions): Promise<Pick<StudyOptions, 'stages' | 'tuned'>> {
  const { specPath, stages = [confirmation.name] } = options
  const { spec } = await readSpec({ ...options, rules: undefined })
  const own = await lockTextBeside({ path: specPath, name: spec.name }, lockTextAt)
  return { stages, tuned: own === null ? undefined : parseLock(own.text, own.path) }
}
