import { printable } from '../base/printable.ts'
import { err, ok, type Result } from '../base/result.ts'

/** Why GitHub did not do what was requested. */
export interface ApiProblem {
  /** Null if there was no answer at all. */
  readonly status: number | null
  /** For the user. */
  readonly message: string
}

/** Whether a retry may do something twice. Reading, editing and deleting may always be repeated. */
export interface CallOptions {
  readonly repeatable?: boolean
}

/**
 * GitHub's REST API for one repository. Nothing here throws: a refusal or failure is returned, and never decides a verdict.
 */
export interface Api {
  readonly owner: string
  readonly repo: string
  /** `route` as in GitHub's reference: `GET /repos/{owner}/{repo}/pulls/{pull}`; values are encoded. */
  call(
    route: string,
    values?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<Result<unknown, ApiProblem>>
}

export interface ApiOptions {
  readonly token: string
  /** `owner/name`. */
  readonly repository: string
  /** `https://api.github.com`, or the address of your own server. */
  readonly baseUrl: string
  readonly sleep?: (milliseconds: number) => Promise<unknown>
}

const mostAttempts = 4
/** A longer rate limit is not waited for: runner minutes cost more than a comment is worth. */
const longestWait = 60_000
const mostSeconds = 30

export function githubApi({ token, repository, baseUrl, sleep = pause }: ApiOptions): Api {
  const [owner = '', repo = ''] = repository.split('/')
  const quiet = (): void => undefined
  if (token === '')
    return { owner, repo, call: async () => err({ status: null, message: 'this step has no token for the GitHub API' }) }
  // Loaded with the first call: most steps request nothing from GitHub, and its client loads slowly.
  const connect = async () =>
    (await import('@actions/github')).getOctokit(token, {
      baseUrl,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    })
  let connection: ReturnType<typeof connect> | undefined
  return {
    owner,
    repo,
    async call(route, values = {}, { repeatable = !route.startsWith('POST') } = {}) {
      const client = await (connection ??= connect())
      for (let attempt = 1; ; attempt++) {
        try {
          const request = { signal: AbortSignal.timeout(mostSeconds * 1000) }
          return ok((await client.request(route, { owner, repo, ...values, request })).data as unknown)
        } catch (error) {
          const wait = attempt === mostAttempts ? null : waitFor(error, attempt, repeatable)
          if (wait === null) return err(problemOf(error))
          await sleep(wait)
        }
      }
    },
  }
}

const pause = (milliseconds: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Milliseconds until a retry makes sense; null if it does not. */
function waitFor(error: unknown, attempt: number, repeatable: boolean): number | null {
  const status = statusOf(error)
  const limited = status === 429 || status === 403 ? limitedFor(error) : null
  if (limited !== null) return limited <= longestWait ? limited : null
  if (status === 403) return null
  const passing = status === null || status === 429 || status >= 500
  return passing && (repeatable || status === 429) ? 500 * 2 ** (attempt - 1) : null
}

/** A rate limit says when it ends: in a number of seconds, or at a time. A 403 that says neither is a refusal. */
function limitedFor(error: unknown): number | null {
  const headers = headersOf(error)
  const after = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(after)) return after * 1000
  if (headers['x-ratelimit-remaining'] !== '0') return null
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000 - Date.now()
  return Number.isFinite(reset) ? Math.max(1000, reset) : null
}

function problemOf(error: unknown): ApiProblem {
  const status = statusOf(error)
  const said = printable(error instanceof Error ? error.message : String(error), 200)
  return {
    status,
    message:
      status === null ? `the GitHub API did not respond: ${said}` : `the GitHub API returned status ${status}: ${said}`,
  }
}

/** The client sets status 500 for requests that never reached the server, so a status counts only with its response. */
function statusOf(error: unknown): number | null {
  const { status, response } = Object(error) as { readonly status?: unknown; readonly response?: unknown }
  return typeof status === 'number' && response !== undefined ? status : null
}

function headersOf(error: unknown): Readonly<Record<string, string | undefined>> {
  const { response } = Object(error) as { readonly response?: { readonly headers?: Record<string, string> } }
  return response?.headers ?? {}
}
