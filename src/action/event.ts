import { readPayload } from '../github/comment/event.ts'
import type { Mode } from '../github/inputs.ts'

/** What a step does that runs a study by itself. */
export type StudyMode = 'tune' | 'verify' | 'refresh'

export interface Occasion {
  readonly mode: StudyMode
  /** The commit that a pull request is to be merged into; null for other events. */
  readonly base: string | null
}

type Fields = Readonly<Record<string, unknown>>
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? value as Fields : {})

/**
 * What the event asks for: a pull request is verified against its base, a push to the default branch renews the lock, and
 * whoever or whatever starts the workflow otherwise wants the whole study.
 */
export function occasionOf(mode: Mode, eventName: string, payload: unknown = readPayload()): Occasion {
  const event = fields(payload)
  const base = /^pull_request(_target)?$/.test(eventName) ? fields(fields(event['pull_request'])['base'])['sha'] : null
  const found: StudyMode = base !== null ? 'verify' : eventName === 'push' ? pushed(event) : 'tune'
  return {
    mode: mode === 'tune' || mode === 'verify' || mode === 'refresh' ? mode : found,
    base: typeof base === 'string' && /^[0-9a-f]{40}$/.test(base) ? base : null,
  }
}

const pushed = ({ ref, repository }: Fields): StudyMode =>
  (ref === `refs/heads/${String(fields(repository)['default_branch'])}` ? 'refresh' : 'verify')
