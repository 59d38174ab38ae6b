import { isMap } from '../base/json.ts'
import { readPayload } from './comment/event.ts'
import { cloudHost } from './environment.ts'
import { say } from './log.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Whether a run may leave something behind for later runs: only a run of the default branch's own commit, started by a push,
 * a schedule or by hand. All other runs execute a proposal. Runs of the same change would find their entries, and every run
 * would find those of a comment.
 */
export function mayLeave(env: Variables, payload: unknown = readPayload(env)): boolean {
  const repository = isMap(payload) && isMap(payload['repository']) ? payload['repository'] : {}
  const branch = repository['default_branch']
  const started = ['push', 'schedule', 'workflow_dispatch'].includes(env['GITHUB_EVENT_NAME'] ?? '')
  return started && typeof branch === 'string' && env['GITHUB_REF'] === `refs/heads/${branch}`
}

/** Why the Actions cache cannot be used from here; null if it can. Only its second version is used. */
export function noCache(env: Variables): string | null {
  const host = cloudHost(env['GITHUB_SERVER_URL'])
  if (!host.cloud) return `GitHub Enterprise Server (${host.name}) does not have the cache service that this action uses`
  return env['ACTIONS_CACHE_SERVICE_V2'] && env['ACTIONS_RESULTS_URL'] ? null : 'the runner provides no cache service'
}

/** Work with the cache, which may fail: that costs time, never the step. The log says so, and the result is undefined. */
export async function attempt<T>(
  what: 'The engine' | 'The journal',
  does: 'restored from' | 'saved to',
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    say(`${what} could not be ${does} the Actions cache: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
