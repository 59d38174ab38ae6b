import { readFileSync } from 'node:fs'
import { isMap, jsonOrUndefined, mostDepth } from '../../base/json.ts'

/** A new comment on a pull request, in the shape of GitHub's payload. */
export interface CommentEvent {
  readonly comment: number
  readonly body: string
  readonly createdAt: string
  readonly login: string
  /** Id of the account. It stays the same if the account is renamed. */
  readonly user: number
  readonly pull: number
}

/** Null for any other event: an edited or deleted comment, a comment on an issue, a payload of another shape. */
export function commentEvent(name: string | undefined, payload: unknown): CommentEvent | null {
  if (name !== 'issue_comment' || !isMap(payload) || payload['action'] !== 'created') return null
  const { comment, issue } = payload
  if (!isMap(comment) || !isMap(comment['user']) || !isMap(issue) || !isMap(issue['pull_request'])) return null
  const [id, body, createdAt] = [comment['id'], comment['body'], comment['created_at']]
  const [login, user, pull] = [comment['user']['login'], comment['user']['id'], issue['number']]
  if (typeof id !== 'number' || typeof user !== 'number' || typeof pull !== 'number') return null
  if (typeof body !== 'string' || typeof createdAt !== 'string' || typeof login !== 'string') return null
  return { comment: id, body, createdAt, login, user, pull }
}

/** GitHub itself drops an event of more than 25 MB. */
const limits = { bytes: 32_000_000, depth: mostDepth, values: 2_000_000 }

/** The payload of the event that started this workflow; undefined if there is none to read. */
export function readPayload(env: Readonly<Record<string, string | undefined>> = process.env): unknown {
  try {
    return jsonOrUndefined(readFileSync(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'), limits)
  } catch {
    return undefined
  }
}
