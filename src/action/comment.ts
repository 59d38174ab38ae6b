import { realpathSync } from 'node:fs'
import { relative } from 'node:path'
import { formatDiagnostic, InputError } from '../base/diagnostics.ts'
import { unreachable } from '../base/result.ts'
import { githubApi, type Api } from '../github/api.ts'
import { commentEvent, readPayload } from '../github/comment/event.ts'
import { writeRequest } from '../github/comment/inputs.ts'
import type { BaseFacts, Rules } from '../github/comment/policy.ts'
import { receive } from '../github/comment/receive.ts'
import type { Request } from '../github/comment/request.ts'
import { uploadResult, type RunReport } from '../github/comment/result.ts'
import { contentAt } from '../github/contents.ts'
import type { Runner } from '../github/environment.ts'
import { say, sayAll } from '../github/log.ts'
import { postWords, titleOf } from '../github/post.ts'
import { writeSummary } from '../github/summary.ts'
import type { StageName } from '../records/plan.ts'
import { confirmation, stageNames } from '../stages/index.ts'
import { renderPlanTable } from '../report/plan-table.ts'
import { prepare } from '../study/prepare.ts'
import { rulesAt, specAt } from './base-commit.ts'
import { requireInside, requireOwn } from './change-guard.ts'
import type { Step } from './inputs.ts'
import { block, specName } from './posting.ts'
import { publishResult } from './publish-result.ts'
import type { JudgedStudy } from './post-step.ts'
import { repositoryOf, type Repository } from './repository.ts'

/** The exit code if the step belongs to a workflow for comments and trains nothing; null if there is a study to run. */
export async function commentStep(step: Step): Promise<number | null> {
  const { inputs, runner } = step
  const { part, post } = inputs
  switch (part.does) {
    case 'decide':
      await decideComment(part.rules, step)
      return 0
    case 'publish':
      return publishResult({ api: apiOf(step), runner, inputs, what: post ?? postWords, ...part })
    case 'run':
      return part.request.command === 'plan' ? showPlan(part.request, step) : null
    case 'other':
      return null
    default:
      return unreachable(part, 'part')
  }
}

/** What a request asks for in place of the inputs; null leaves it to them. */
export interface Asked {
  readonly stages: readonly StageName[] | null
  readonly seeds: number | null
  /** Limits in addition to the spec's budget. */
  readonly trials: number | null
  readonly minutes: number | null
}

/** What the step's request asks for, if it has one. The checkout must then be the commit that was approved. */
export function requested({ inputs: { part }, runner: { workspace } }: Step, checkout: Repository | null): Asked {
  if (part.does !== 'run') return { stages: null, seeds: null, trials: null, minutes: null }
  checkCommit(part.request, checkout?.head ?? null)
  if (checkout?.root !== realpathSync(workspace)) throw notAtRoot()
  const {
    command,
    options: { seeds, trials, minutes, stages },
  } = part.request
  const named = command === 'verify' ? [confirmation.name] : stages
  return { stages: named && stageNames.filter((name) => named.includes(name)), seeds, trials, minutes }
}

/** Passes a finished study of a request to the publishing job, or the reason why there is none. */
export async function handOn(outcome: JudgedStudy | InputError, request: Request | null, runner: Runner): Promise<void> {
  if (request === null) return
  if (outcome instanceof InputError) {
    const text = outcome.diagnostics.map(formatDiagnostic).join('\n\n')
    await upload({ bound: boundTo(request, runner, null), outcome: { kind: 'problem', text } }, runner)
  } else {
    const {
      report,
      prepared: { gateLines },
    } = outcome
    await upload(
      { bound: boundTo(request, runner, report.study.fingerprints.plan), outcome: { kind: 'study', report, gateLines } },
      runner,
    )
  }
}

const boundTo = ({ sha }: Request, { runId }: Runner, plan: string | null): RunReport['bound'] => ({ run: runId, sha, plan })

async function upload(result: RunReport, { noArtifacts, runAttempt }: Runner): Promise<void> {
  const problem = noArtifacts ?? (await uploadResult(result, runAttempt))
  if (problem !== null) say(`The result could not be passed on: ${problem}`)
}

/** The checkout that the toolkit reports may be wrong, and a workflow may have checked out something else. */
function checkCommit({ sha }: Request, head: string | null): void {
  if (head === sha) return
  throw new InputError([
    {
      code: 'action/commit',
      severity: 'error',
      message: 'the checkout is not the commit that the comment was accepted for',
      found: head ?? 'no commit',
      allowed: sha,
      hint: 'set `ref` of actions/checkout to the `sha` of the request',
    },
  ])
}

/** The jobs that decide and publish have no checkout. They know the spec only by its path in the repository. */
const notAtRoot = (): InputError =>
  new InputError([
    {
      code: 'action/not-at-root',
      severity: 'error',
      message: 'a comment needs the checkout at the root of the workspace',
      found: 'a checkout in a subfolder',
      hint: 'leave `path` out of actions/checkout',
    },
  ])

const apiOf = ({ inputs: { token }, runner: { apiUrl, repository } }: Step): Api =>
  githubApi({ token, repository, baseUrl: apiUrl })

async function decideComment(rules: Rules, step: Step): Promise<void> {
  const { inputs, runner } = step
  const event = commentEvent(runner.eventName, readPayload())
  if (event === null) {
    say('The event is not a new comment on a pull request; nothing to do.')
    return writeRequest(null)
  }
  const spec = specName(inputs.spec, runner)
  writeRequest(
    await receive(event, {
      api: apiOf(step),
      title: titleOf(spec),
      run: runner.runId,
      runUrl: runner.runUrl ?? '',
      stageNames,
      ...rules,
      baseAt: (api, sha) => baseAt(api, sha, spec),
    }),
  )
}

/** A base without a spec sets no limit; the job's own limit still applies. */
async function baseAt(api: Api, sha: string, path: string): Promise<BaseFacts | null> {
  const text = await contentAt(api, sha, path)
  if (!text.ok) return null
  if (text.value === null) return { budget: { trials: null, minutes: null } }
  try {
    return { budget: specAt(text.value, path).budget }
  } catch (error) {
    if (error instanceof InputError) return null
    throw error
  }
}

async function showPlan(request: Request, step: Step): Promise<number> {
  const { inputs, runner } = step
  process.chdir(runner.workspace)
  requireInside(inputs, runner)
  const checkout = repositoryOf(runner.workspace, inputs.spec)
  requireOwn(inputs.spec, checkout.root)
  const { stages, seeds } = requested(step, checkout)
  const specPath = relative(runner.workspace, inputs.spec)
  const rules = await rulesAt(request.base, specPath, { checkout, runner, token: inputs.token })
  const { plan, warnings } = await prepare({
    specPath,
    workspace: runner.workspace,
    env: process.env,
    rules,
    stages: stages ?? undefined,
    seeds: seeds ?? undefined,
  })
  const text = [renderPlanTable(plan), ...warnings.map(formatDiagnostic)].join('\n')
  sayAll(text.split('\n'))
  await writeSummary(`## What would run\n\n${block(text)}\n`)
  await upload({ bound: boundTo(request, runner, null), outcome: { kind: 'plan', text } }, runner)
  return 0
}
