import { existsSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { canonicalJson } from '../base/hash.ts'
import { printable } from '../base/printable.ts'
import type { Result } from '../base/result.ts'
import { normalizeResults } from '../compile/normalize/results.ts'
import type { ResultsSpec } from '../compile/normalized.ts'
import { parseSpec } from '../dsl/parse.ts'
import { needsBaseline } from '../gates/index.ts'
import { say } from '../github/log.ts'
import { parseLock } from '../report/lock.ts'
import type { AlteredRule } from '../report/model.ts'
import { ruleText } from '../report/phrases.ts'
import type { Baseline } from '../study/baseline.ts'
import { firstText, lockBeside, locksAt, lockTextBeside } from '../study/locks.ts'
import { lockNameOf } from '../report/lock-name.ts'
import { gateResults, type JudgedResults, type ResultsOptions } from '../study/gate-results.ts'
import { textOf } from '../study/read-spec.ts'
import { isLockText, type ResultsBaseline } from '../study/results-baseline.ts'
import { baselineOf } from './base-choice.ts'
import { requireOwn } from './change-guard.ts'
import { fileAt, isCommitted, requireKept, type Commits } from './commit-files.ts'
import { triggerOf } from './event.ts'
import type { Step } from './inputs.ts'
import { requireNoReport } from './report-folder.ts'
import { repositoryOf } from './repository.ts'

/** Judges results that earlier steps of the workflow made. Only the base commit decides how a change is judged. */
export async function judgeResults(step: Step, results: readonly string[]): Promise<JudgedResults> {
  const { inputs, runner } = step
  const { workspace } = runner
  if (inputs.part.does === 'run') throw noComment()
  const specPath = relative(workspace, inputs.spec)
  const checkout = runner.eventName === '' ? null : repositoryOf(workspace, inputs.spec)
  if (checkout !== null) requireOwn(inputs.spec, checkout.root)
  const { base } = triggerOf('gate', { ...runner, head: checkout?.head ?? null })
  const asked = baselineOf(inputs.baseline, workspace)
  const options: ResultsOptions = {
    specPath,
    workspace,
    results: results.map((path) => relative(workspace, path)),
    baseline: asked,
    baselineWords: asked.kind === 'file' ? asked.path : undefined,
    outDir: inputs.out ?? undefined,
    startedAt: new Date().toISOString(),
    clock: () => performance.now(),
  }
  if (base === null) return gateResults(options)
  if (checkout === null) throw new Error('an event about a change has a checkout')
  say(`mode: gate, against ${base}`)
  await requireNoReport({ ...runner, out: inputs.out })
  return gateResults({ ...options, ...(await judgedBy(base, options, asked, { checkout, runner, token: inputs.token })) })
}

/** The spec and the baseline of the base commit replace those of the change. */
async function judgedBy(
  base: string,
  { specPath }: ResultsOptions,
  asked: Baseline,
  commits: Commits,
): Promise<Partial<ResultsOptions>> {
  const text = await fileAt(base, specPath, commits)
  if (text === null) {
    // The first change with a spec has nothing to compare with, and only its own gates.
    say(`${base} has no ${specPath}: the change is judged by its own gates.`)
    return {}
  }
  await requireKept(base, specPath, text, commits)
  const spec = specAt(text, specPath)
  const rules = alteredIn(spec, await textOf(specPath), specPath)
  const baseline = await baselineAt(base, { specPath, asked, spec }, commits)
  return { specText: text, baseline, ...(rules.length === 0 ? {} : { change: { rules } }) }
}

function readSpec(text: string, path: string): Result<ResultsSpec, Diagnostic[]> {
  const parsed = parseSpec(text, path)
  return parsed.ok ? normalizeResults(parsed.value) : parsed
}

function specAt(text: string, path: string): ResultsSpec {
  const spec = readSpec(text, path)
  if (spec.ok) return spec.value
  const [first] = spec.error
  throw refused('verify/base-spec', 'the spec of the base commit does not judge results', {
    found: `${path}${first?.at ? `:${first.at.line}` : ''}: ${first?.message ?? ''}`,
    hint: 'fix it on the base branch first',
  })
}

const judged = ['task', 'objective', 'results', 'gates'] as const

/**
 * What the change alters about how it is judged, for people. A spec of the change that is not valid judges nothing either.
 */
function alteredIn(base: ResultsSpec, text: string, path: string): AlteredRule[] {
  const own = readSpec(text, path)
  if (!own.ok) return [{ setting: 'the spec', base: 'a valid spec', change: 'one that is not valid' }]
  return judged.flatMap((setting) => {
    const [before, after] = [shown(base, setting), shown(own.value, setting)]
    return canonicalJson(base[setting]) === canonicalJson(own.value[setting])
      ? []
      : [{ setting, base: before, change: after }]
  })
}

const shown = (spec: ResultsSpec, setting: (typeof judged)[number]): string =>
  printable(setting === 'gates' ? spec.gates.map(ruleText).join('; ') || 'none' : canonicalJson(spec[setting]), 300)

interface Query {
  readonly specPath: string
  readonly asked: Baseline
  readonly spec: ResultsSpec
}

/** A file of the base commit, or one that no commit has, such as an artifact that an earlier step downloaded. */
async function baselineAt(base: string, { specPath, asked, spec }: Query, commits: Commits): Promise<ResultsBaseline> {
  if (asked.kind !== 'file' && asked.kind !== 'beside-spec') return asked
  const atBase = (path: string): Promise<string | null> => fileAt(base, path, commits)
  const places = asked.kind === 'file' ? await locksAt(asked.path, specPath) : [lockBeside(specPath)]
  const found = await (asked.kind === 'file'
    ? firstText(places, atBase)
    : lockTextBeside({ path: specPath, name: spec.name }, atBase))
  if (found !== null) {
    const { path, text } = found
    const name = `${path} of the base commit`
    return isLockText(text)
      ? { kind: 'commit', lock: parseLock(text, name), commit: { sha: base, path } }
      : { kind: 'results', source: { kind: 'text', text, name } }
  }
  const [path = ''] = places
  const named = asked.kind === 'file' ? asked.path : path
  const provided = asked.kind === 'file' || asked.required
  const there = existsSync(join(commits.runner.workspace, named))
  if (provided && there && !(await isCommitted(named, commits))) return { kind: 'file', path: named }
  if (!spec.gates.some(needsBaseline)) return { kind: 'none' }
  throw refused('verify/no-baseline', 'there is no baseline that the change does not choose itself', {
    found: `no ${path} at ${base}${there ? `, and ${kindAt(named)} in the change` : ''}`,
    allowed: `${lockNameOf(specPath)} of the base commit, or results or a lock that no commit has, such as a downloaded artifact`,
    hint: 'judge results on the default branch and commit the lock that it writes, or set the input baseline',
  })
}

const kindAt = (path: string): string => (statSync(path).isDirectory() ? 'a folder' : 'a file')

const refused = (
  code: string,
  message: string,
  more: Pick<InputError['diagnostics'][number], 'found' | 'allowed' | 'hint'>,
): InputError => new InputError([{ code, severity: 'error', message: `inconclusive: ${message}`, ...more }])

const noComment = (): InputError =>
  refused('action/results', 'a /tune comment cannot judge results, because it would have to train them', {
    hint: 'judge them in the workflow that makes them, with mode: gate and the input results',
  })
