import { InputError } from '../base/diagnostics.ts'
import { readPayload } from '../github/comment/event.ts'
import { isMap, isSha, type Request } from '../github/comment/request.ts'
import type { Mode } from '../github/inputs.ts'

/** What a step does that runs a study by itself. */
export type StudyMode = 'tune' | 'verify' | 'refresh'

export interface Occasion {
  readonly mode: StudyMode
  /** The commit that a change is to be merged into; null where the event is about no change. */
  readonly base: string | null
}

/** How the workflow was started, and what was checked out then. */
export interface Started {
  readonly eventName: string
  /** The commit that the event is about. */
  readonly sha: string
  /** The commit in the checkout; null where there is none. */
  readonly head: string | null
}

/** Events that run the default branch's workflow, at its commit: what else is checked out there comes from somebody's change. */
const onDefaultBranch = ['issue_comment', 'workflow_run']

/**
 * What the event asks for: a pull request, alone or in a merge queue, is verified against its base, a push to the default branch
 * renews the lock, and whoever or whatever starts the workflow otherwise wants the whole study. Throws where a pull request
 * does not say what its base is: by its own gates it is never judged, nor is what a workflow of the default branch checked out.
 */
export function occasionOf(mode: Mode, { eventName, sha, head }: Started, payload: unknown = readPayload()): Occasion {
  const event = isMap(payload) ? payload : {}
  const base = baseOf(eventName, event)
  const foreign = onDefaultBranch.includes(eventName) && head !== sha ? required(sha, eventName) : null
  if (mode === 'verify' || mode === 'refresh') return { mode, base: base ?? foreign }
  // Jobs of a compiled workflow share a whole study.
  if (mode !== 'auto') return { mode: 'tune', base: base ?? foreign }
  return { mode: base !== null ? 'verify' : eventName === 'push' ? pushed(event) : 'tune', base: base ?? foreign }
}

/** What a comment asks for, at the base that it was let through for. */
export const occasionOfRequest = ({ command, base }: Request): Occasion => ({ mode: command === 'verify' ? 'verify' : 'tune', base })

function baseOf(eventName: string, event: Readonly<Record<string, unknown>>): string | null {
  const pulls = eventName.startsWith('pull_request')
  if (!pulls && eventName !== 'merge_group') return null
  const { pull_request: pull, merge_group: group } = event
  return required(pulls ? isMap(pull) && isMap(pull['base']) && pull['base']['sha'] : isMap(group) && group['base_sha'], eventName)
}

function required(sha: unknown, eventName: string): string {
  if (isSha(sha)) return sha
  throw new InputError([{
    code: 'action/no-base', severity: 'error', message: 'inconclusive: the event does not say which commit the change is to be merged into',
    found: eventName, hint: 'leave the payload of the event as GitHub writes it',
  }])
}

const pushed = ({ ref, repository }: Readonly<Record<string, unknown>>): StudyMode =>
  (isMap(repository) && ref === `refs/heads/${String(repository['default_branch'])}` ? 'refresh' : 'verify')
