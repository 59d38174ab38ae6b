import { resolve } from 'node:path'

export { fromFolder as insideWorkspace } from '../base/paths.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What the runner says about itself. Apart from the toolkit, only this module reads its variables. */
export interface Runner {
  /** Absolute path of the checkout; the working directory without a runner. */
  readonly workspace: string
  /** The page of this workflow run; null outside a runner. */
  readonly runUrl: string | null
  /** Where to report defects of this action; null if the runner does not say whose action it is. */
  readonly issuesUrl: string | null
  /** Why artifacts cannot be uploaded from here; null if they can. */
  readonly noArtifacts: string | null
  /** Where GitHub's REST API is. */
  readonly apiUrl: string
  /** `owner/name`; empty outside a runner. */
  readonly repository: string
  readonly eventName: string
  /** The commit of the event; empty outside a runner. */
  readonly sha: string
  /** The branch, tag or pull request that the workflow runs for, such as `refs/heads/main`; empty outside a runner. */
  readonly ref: string
  /** Id and attempt of this workflow run; 0 and 1 outside a runner. */
  readonly runId: number
  readonly runAttempt: number
  /** This workflow run; null outside a runner. */
  readonly workflowRun: WorkflowRun | null
}

export function runner(env: Variables): Runner {
  const server = env['GITHUB_SERVER_URL'] || 'https://github.com'
  const [repository, run, action] = [env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID'], env['GITHUB_ACTION_REPOSITORY']]
  return {
    workspace: resolve(env['GITHUB_WORKSPACE'] || '.'),
    runUrl: repository && run ? `${server}/${repository}/actions/runs/${run}` : null,
    issuesUrl: action || repository ? `${server}/${action || repository}/issues` : null,
    noArtifacts: noArtifacts(env, server),
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    repository: repository ?? '',
    eventName: env['GITHUB_EVENT_NAME'] ?? '',
    sha: env['GITHUB_SHA'] ?? '',
    ref: env['GITHUB_REF'] ?? '',
    runId: Number(run || 0),
    runAttempt: Number(env['GITHUB_RUN_ATTEMPT'] || 1),
    workflowRun: workflowRun(env),
  }
}

function noArtifacts(env: Variables, server: string): string | null {
  const host = cloudHost(server)
  if (!host.cloud) return `GitHub Enterprise Server (${host.name}) does not have the artifact service that this action uses`
  const missing = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'].filter((name) => !env[name])
  return missing.length > 0 ? `the runner provides no artifact service (${missing.join(' and ')} not set)` : null
}

/** The host of a GitHub server, and whether it has the services of github.com. A GitHub Enterprise Server has not. */
export function cloudHost(server = ''): { readonly name: string; readonly cloud: boolean } {
  const name = URL.canParse(server) ? new URL(server).hostname : server
  return { name, cloud: name === '' || name === 'github.com' || name.endsWith('.ghe.com') || name.endsWith('.localhost') }
}

/** The workflow run of a step. Files of its jobs are bound to it. */
export interface WorkflowRun {
  readonly run: string
  readonly sha: string
  /** Counts from 1; each rerun is another attempt. */
  readonly attempt: number
}

function workflowRun(env: Variables): WorkflowRun | null {
  const [run, sha, attempt] = [env['GITHUB_RUN_ID'], env['GITHUB_SHA'], Number(env['GITHUB_RUN_ATTEMPT'] || 1)]
  return run && sha && Number.isInteger(attempt) && attempt >= 1 ? { run, sha, attempt } : null
}
