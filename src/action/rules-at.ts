import { readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, posix, relative } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { err, ok, unreachable, type Result } from '../base/result.ts'
import { isTrainerSpec, type NormalizedSpec } from '../compile/normalized.ts'
import type { Api } from '../github/api.ts'
import type { Request } from '../github/comment/request.ts'
import { contentAt } from '../github/contents.ts'
import type { Runner } from '../github/environment.ts'
import type { BaselineInput } from '../github/inputs.ts'
import type { GateRule } from '../records/gates.ts'
import type { StageName } from '../records/plan.ts'
import { confirmation, confirmationIn } from '../stages/index.ts'
import { withSeeds, type VerifySettings } from '../stages/verify.ts'
import { parseLock } from '../report/lock.ts'
import type { ExpectedBaseline, Rules } from '../study/audit.ts'
import { retrainedSource } from '../study/base-study.ts'
import type { Baseline } from '../study/baseline.ts'
import { firstText, lockBeside, locksIn, lockTextBeside } from '../study/locks.ts'
import { baselineOf, chooseBase, isNamed } from './base-choice.ts'
import { ofBase, specAt } from './base-commit.ts'

/** Inputs of the publishing step. The step that ran the request must have had the same ones. */
export interface RuleInputs {
  readonly spec: string
  readonly stages: readonly StageName[] | null
  readonly seeds: number | null
  readonly baseline: BaselineInput
}

export interface RulesFound {
  readonly rules: Rules
  /** Whose rules apply: the base commit's, or the change's if the base has no spec yet. */
  readonly of: 'base' | 'change'
}

/**
 * How the request had to be judged, read through the API. This job has no checkout, and would not trust one. The error is a
 * sentence.
 */
export async function rulesAt(
  api: Api,
  request: Request,
  inputs: RuleInputs,
  runner: Runner,
): Promise<Result<RulesFound, string>> {
  try {
    const specPath = fromRoot(inputs.spec, runner)
    const based = await textAt(api, request.base, specPath)
    // The first change with a spec has only its own rules, as in the job that ran it.
    const text = based ?? (await textAt(api, request.sha, specPath))
    if (text === null) return err(`neither the base commit nor the change has ${specPath}`)
    const of = based === null ? 'change' : 'base'
    const spec = specAt(text, specPath)
    const { name, task, gates, leastEffect, seed } = spec
    const query = { api, request, inputs, runner, specPath, name }
    const baseline = await (of === 'base' ? baselineOfBase(query, gates) : baselineOfChange(query))
    return ok({
      of,
      rules: {
        specPath,
        task,
        script: isTrainerSpec(spec),
        gates,
        leastEffect,
        seed,
        verify: verifyOf(spec, request, inputs),
        baseline,
      },
    })
  } catch (error) {
    if (error instanceof InputError) return err(sentence(error))
    throw error
  }
}

const fromRoot = (path: string, { workspace }: Runner): string =>
  (isAbsolute(path) ? relative(workspace, path) : path).replaceAll('\\', '/')

function sentence({ diagnostics: [first] }: InputError): string {
  if (!first) return 'the base commit cannot be read'
  const place = first.at ? `${first.at.file}:${first.at.line}` : undefined
  return [place, first.message, first.found].filter((part) => part !== undefined).join(': ')
}

/** Null if the commit has no such file. Throws if that is unknown: it must not look like a commit without a spec. */
async function textAt(api: Api, sha: string, path: string): Promise<string | null> {
  const found = await contentAt(api, sha, path)
  if (found.ok) return found.value
  throw new InputError([
    {
      code: 'verify/no-base',
      severity: 'error',
      message: 'the commit whose rules judge the result cannot be read',
      found: `${path} at ${sha}: ${found.error.message}`,
      hint: 'give the publishing job `contents: read`',
    },
  ])
}

function verifyOf({ stages }: NormalizedSpec, { command, options }: Request, inputs: RuleInputs): VerifySettings | null {
  const asked = command === 'verify' ? [confirmation.name] : (options.stages ?? inputs.stages)
  const own = confirmationIn(stages)
  const seeds = options.seeds ?? inputs.seeds
  if (own === undefined || asked?.includes(confirmation.name) === false) return null
  return seeds === null ? own : withSeeds(own, seeds)
}

interface BaselineQuery {
  readonly api: Api
  readonly request: Request
  readonly inputs: RuleInputs
  readonly runner: Runner
  readonly specPath: string
  /** The name of the study in the spec whose rules apply. */
  readonly name: string
}

/** The same choice that `judgedBy` makes for the run. */
async function baselineOfBase(query: BaselineQuery, gates: readonly GateRule[]): Promise<ExpectedBaseline> {
  const { api, request, inputs, runner, specPath, name } = query
  const asked = baselineOf(inputs.baseline, runner.workspace)
  const choice = await chooseBase({
    specPath,
    name,
    asked,
    gates,
    without: request.command === 'verify' ? 'proposal' : 'study',
    locksAt: (named) => locksNamed(named, specPath),
    textAt: (path) => textAt(api, request.base, path),
    isProvided: () => ownFile(asked, query) !== null,
  })
  switch (choice.kind) {
    case 'retrained':
      return { kind: 'retrained', source: retrainedSource(ofBase(fromRoot(choice.path, runner))) }
    case 'lock':
      return { kind: 'lock', lock: parseLock(choice.text, choice.path), source: posix.basename(choice.path) }
    case 'provided':
      return ownLock(asked, query) ?? none(choice.path, request.base)
    case 'missing':
      return none(choice.path, request.base)
    case 'declared':
    case 'any':
      return choice
    default:
      return unreachable(choice, 'baseline')
  }
}

/** The first change with a spec has no base. It is compared with what it brings, as in the job that ran it. */
async function baselineOfChange(query: BaselineQuery): Promise<ExpectedBaseline> {
  const { api, request, inputs, runner, specPath } = query
  const asked = baselineOf(inputs.baseline, runner.workspace)
  if (asked.kind === 'spec') return { kind: 'retrained', source: retrainedSource(fromRoot(asked.spec.path, runner)) }
  if (asked.kind === 'declared') return asked
  const atHead = (path: string): Promise<string | null> => textAt(api, request.sha, path)
  const found = await (asked.kind === 'file'
    ? firstText(locksNamed(asked.path, specPath), atHead)
    : lockTextBeside({ path: specPath, name: query.name }, atHead))
  if (found) return { kind: 'lock', lock: parseLock(found.text, found.path), source: basename(found.path) }
  return ownLock(asked, query) ?? { kind: 'declared' }
}

/** Without a checkout, only its name tells a lock from a folder. */
function locksNamed(named: string, specPath: string): readonly string[] {
  const path = posix.normalize(named.replaceAll('\\', '/'))
  return path.endsWith('.json') ? [path] : locksIn(path, specPath).map((place) => place.replaceAll('\\', '/'))
}

/** The workflow may choose a file that no commit has, such as one that an earlier step downloaded. This job needs it too. */
function ownLock(asked: Baseline, query: BaselineQuery): ExpectedBaseline | null {
  const own = ownFile(asked, query)
  if (own === null) return null
  const { path, full } = own
  return { kind: 'lock', lock: parseLock(readFileSync(full, 'utf8'), path), source: basename(full) }
}

/** The path that messages name, and the file there; null if the workflow chose none, or it is not there. */
function ownFile(
  asked: Baseline,
  { specPath, runner: { workspace } }: BaselineQuery,
): { readonly path: string; readonly full: string } | null {
  if (!isNamed(asked)) return null
  const path = asked.kind === 'file' ? asked.path : lockBeside(specPath)
  const file = join(workspace, path)
  const places = statSync(file, { throwIfNoEntry: false })?.isDirectory() ? locksIn(file, specPath) : [file]
  const full = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile())
  return full === undefined ? null : { path, full }
}

function none(path: string, where: string): never {
  throw new InputError([
    {
      code: 'verify/no-baseline',
      severity: 'error',
      message: 'there is no lock to compare with',
      found: `no ${path} at ${where}`,
      hint: 'give this step the same `baseline` and `base-spec` inputs as the run',
    },
  ])
}
