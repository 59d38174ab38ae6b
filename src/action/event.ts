import { isMap } from '../base/json.ts'
import { InputError } from '../base/diagnostics.ts'
import { readPayload } from '../github/comment/event.ts'
import { isSha, type Request } from '../github/comment/request.ts'
import type { Mode } from '../github/inputs.ts'

/** What a step does when it runs a study itself. */
export type StudyMode = 'tune' | 'verify' | 'refresh'

export interface Trigger {
  readonly mode: StudyMode
  /** The commit that a change will be merged into; null if the event has no change. */
  readonly base: string | null
}

/** How the workflow was started, and what was checked out. */
export interface Started {
  /** Empty outside a runner. */
  readonly eventName: string
  /** The commit that the runner names for the event. */
  readonly sha: string
  /** The branch, tag or pull request that the workflow runs for. */
  readonly ref: string
  /** The commit in the checkout; null outside a runner. */
  readonly head: string | null
}

type Payload = Readonly<Record<string, unknown>>

/** What an event is about. */
interface About {
  readonly base: string | null
  /** The commits that may be checked out. */
  readonly commits: readonly unknown[]
  readonly hint: string
}

/**
 * What the event requests. A pull request, alone or in a merge queue, is verified against its base. A push to the default
 * branch renews the lock. Any other event runs the whole study of the default branch. Throws for another branch or tag, and
 * for a checkout that does not match the event: the gates there are somebody's proposal, and no base judges them.
 */
export function triggerOf(mode: Mode, started: Started, payload: unknown = readPayload()): Trigger {
  const event = isMap(payload) ? payload : {}
  const about = aboutOf(started, event)
  if (about !== null) requireCheckout(about, started)
  const base = about?.base ?? null
  if (mode === 'verify' || mode === 'refresh') return { mode, base }
  // Jobs of a compiled workflow share a whole study.
  if (mode !== 'auto') return { mode: 'tune', base }
  return { mode: base !== null ? 'verify' : started.eventName === 'push' ? 'refresh' : 'tune', base }
}

/** What a comment requests, at the base that it was approved for. */
export const triggerOfRequest = ({ command, base }: Request): Trigger => ({
  mode: command === 'verify' ? 'verify' : 'tune',
  base,
})

const ownCommit =
  'leave `ref` out of actions/checkout; use the pull_request event or a /tune comment to judge a pull request'

/**
 * Events with a change are known by name. All others, including those that GitHub may add, run the default branch. A green
 * check on another branch would rest on that branch's own gates, under the name that its pull request requires.
 */
function aboutOf({ eventName, sha, ref }: Started, event: Payload): About | null {
  switch (eventName) {
    case 'pull_request':
    case 'pull_request_review':
    case 'pull_request_review_comment':
      return pullRequest(event, eventName, [sha])
    case 'pull_request_target':
      // For this event, the runner names a commit of the base branch. A green check there would say nothing about the
      // change.
      return pullRequest(event, eventName, [])
    case 'merge_group': {
      const group = isMap(event['merge_group']) ? event['merge_group'] : {}
      return {
        base: required(group['base_sha'], eventName),
        commits: [group['head_sha'], sha],
        hint: 'leave `ref` out of actions/checkout',
      }
    }
    case '':
      return null
    default:
      if (ref !== defaultRef(event)) throw unknownBranch(eventName, ref)
      return { base: null, commits: [sha], hint: ownCommit }
  }
}

function pullRequest({ pull_request: pull }: Payload, eventName: string, merged: readonly string[]): About {
  const [base, head] = ['base', 'head'].map((side) => (isMap(pull) && isMap(pull[side]) ? pull[side]['sha'] : undefined))
  const hint =
    merged.length > 0 ? 'leave `ref` out of actions/checkout, or name the head by its SHA' : 'name the head by its SHA'
  return {
    base: required(base, eventName),
    commits: [head, ...merged],
    hint: `${hint}: ref: \${{ github.event.pull_request.head.sha }}`,
  }
}

function requireCheckout({ commits, hint }: About, { eventName, head }: Started): void {
  const allowed = commits.filter(isSha)
  if (head !== null && allowed.includes(head)) return
  throw new InputError([
    {
      code: 'action/commit',
      severity: 'error',
      message: `inconclusive: the checkout is not the commit that the event ${eventName} is about`,
      found: head ?? 'no commit',
      allowed: allowed.join(' or ') || 'none: the runner does not name a commit',
      hint,
    },
  ])
}

function required(sha: unknown, eventName: string): string {
  if (isSha(sha)) return sha
  throw new InputError([
    {
      code: 'action/no-base',
      severity: 'error',
      message: 'inconclusive: the event does not say which commit the change merges into',
      found: eventName,
      hint: 'do not change the event payload that GitHub writes',
    },
  ])
}

/** Undefined if the payload does not name the default branch. */
function defaultRef({ repository }: Payload): string | undefined {
  const name = isMap(repository) ? repository['default_branch'] : undefined
  return typeof name === 'string' && name !== '' ? `refs/heads/${name}` : undefined
}

const unknownBranch = (eventName: string, ref: string): InputError =>
  new InputError([
    {
      code: 'action/event',
      severity: 'error',
      message: `inconclusive: the ${eventName} event runs a branch or tag other than the default branch`,
      found: ref || 'no ref',
      allowed: 'pull_request, merge_group, or any event that runs the default branch',
      hint: 'open a pull request for the branch; under `push`, list only the default branch: branches: [main]',
    },
  ])
