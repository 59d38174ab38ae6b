import { readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, relative } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { NormalizedSpec } from '../compile/normalized.ts'
import type { Api } from '../github/api.ts'
import type { Request } from '../github/comment/request.ts'
import { contentAt } from '../github/contents.ts'
import type { Runner } from '../github/environment.ts'
import { needsBaseline } from '../gates/index.ts'
import type { StageName } from '../records/plan.ts'
import { confirmation, confirmationIn } from '../stages/index.ts'
import { withSeeds, type VerifySettings } from '../stages/verify.ts'
import { parseLock } from '../report/lock.ts'
import type { Baseline, Rules } from '../study/audit.ts'
import { retrainedSource } from '../study/base-study.ts'
import { lockBeside, lockName, retrainWords } from '../study/lock.ts'
import { ofBase, specAt } from './base-commit.ts'

/** Inputs of the publishing step. The step that ran the request must have had the same ones. */
export interface RuleInputs {
  readonly spec: string
  readonly stages: readonly StageName[] | null
  readonly seeds: number | null
  readonly baseline: string | null
  readonly baseSpec: string | null
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
    const { task, gates, seed } = spec
    const baseline = await baselineAt({ api, request, inputs, runner, specPath, spec, of })
    return ok({ of, rules: { specPath, task, gates, seed, verify: verifyOf(spec, request, inputs), baseline } })
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
  readonly spec: NormalizedSpec
  readonly of: RulesFound['of']
}

/** The same choice that `judgedBy` makes for the run. */
async function baselineAt(query: BaselineQuery): Promise<Baseline> {
  const {
    api,
    request,
    inputs: { baseline, baseSpec },
    runner,
    specPath,
    spec: { gates },
    of,
  } = query
  const named = baseSpec === null ? specPath : fromRoot(baseSpec, runner)
  const retrained: Baseline = { kind: 'retrained', source: retrainedSource(of === 'base' ? ofBase(named) : named) }
  if (baseSpec !== null) return retrained
  if (baseline !== null && retrainWords.includes(baseline)) return of === 'base' ? retrained : { kind: 'declared' }
  const path = baseline === null || baseline === 'lock' ? lockBeside(specPath) : fromRoot(baseline, runner)
  const sha = of === 'base' ? request.base : request.sha
  const text = await textAt(api, sha, path.endsWith('.json') ? path : join(path, lockName).replaceAll('\\', '/'))
  if (text !== null) return { kind: 'lock', lock: parseLock(text, path), source: of === 'base' ? lockName : basename(path) }
  const own = baseline === null ? null : ownFile(join(runner.workspace, path), path)
  if (own !== null) return own
  if (of === 'change') return { kind: 'declared' }
  const needed = gates.some(needsBaseline)
  if (request.command === 'verify') return needed ? none(path, sha) : { kind: 'any' }
  return needed ? retrained : { kind: 'declared' }
}

/** The workflow may choose a file that no commit has, such as one that an earlier step downloaded. This job needs it too. */
function ownFile(file: string, path: string): Baseline | null {
  const full = statSync(file, { throwIfNoEntry: false })?.isDirectory() ? join(file, lockName) : file
  if (!statSync(full, { throwIfNoEntry: false })?.isFile()) return null
  return { kind: 'lock', lock: parseLock(readFileSync(full, 'utf8'), path), source: basename(full) }
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
