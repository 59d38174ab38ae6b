import type { Api } from '../api.ts'
import type { CommentEvent } from './event.ts'
import type { Command } from './grammar.ts'
import type { BaseFacts, Facts, PullFacts } from './policy.ts'
import { isBranch, isMap, isSha } from './request.ts'

type BaseAt = (api: Api, sha: string) => Promise<BaseFacts | null>

/**
 * Asks GitHub for the facts needed to decide on a command from somebody who may request one, and no more. Nothing comes from
 * the comment, and unavailable facts are null.
 */
export async function gatherFacts(
  api: Api,
  event: CommentEvent,
  permission: string,
  { name, sha }: Command,
  baseAt: BaseAt,
): Promise<Facts> {
  const comment = { id: event.comment, createdAt: event.createdAt }
  const pull = await pullAt(api, event.pull)
  if (pull === null || name === 'cancel') return { comment, permission, pull, forcePushes: null, base: null }
  // Somebody who names the commit has seen it, whenever it was pushed.
  const pushes = sha === null ? await forcePushes(api, event.pull) : null
  return { comment, permission, pull, forcePushes: pushes, base: await baseAt(api, pull.baseSha) }
}

/** The pull request at this moment; null if unavailable. */
export async function pullAt(api: Api, pull: number): Promise<PullFacts | null> {
  const answer = await api.call('GET /repos/{owner}/{repo}/pulls/{pull}', { pull })
  return answer.ok ? pullOf(answer.value, pull) : null
}

/** The answer must be about the exact account that commented: a name can change hands between comment and run. */
export async function permissionOf(api: Api, { login, user }: CommentEvent): Promise<string | null> {
  const answer = await api.call('GET /repos/{owner}/{repo}/collaborators/{login}/permission', { login })
  if (!answer.ok || !isMap(answer.value) || !isMap(answer.value['user']))
    return answer.ok || answer.error.status !== 404 ? null : 'none'
  const { permission } = answer.value
  return typeof permission === 'string' && answer.value['user']['id'] === user ? permission : null
}

function pullOf(value: unknown, number: number): PullFacts | null {
  if (!isMap(value) || value['number'] !== number || !isMap(value['head']) || !isMap(value['base'])) return null
  const { head, base, state } = value
  const [headSha, baseSha, into] = [head['sha'], base['sha'], base['ref']]
  if (!isSha(headSha) || !isSha(baseSha) || !isBranch(into)) return null
  const [from, to] = [head['repo'], base['repo']]
  const fork = !(isMap(from) && isMap(to) && typeof from['id'] === 'number' && from['id'] === to['id'])
  return { number, open: state === 'open', headSha, baseSha, into, fork }
}

/** Times of the force-pushes. A timeline that is too long to read to its end counts as unknown. */
async function forcePushes(api: Api, pull: number): Promise<string[] | null> {
  const found: string[] = []
  for (let page = 1; page <= 30; page++) {
    const answer = await api.call('GET /repos/{owner}/{repo}/issues/{pull}/timeline', { pull, per_page: 100, page })
    if (!answer.ok || !Array.isArray(answer.value)) return null
    const events = answer.value.filter(isMap).filter((e) => e['event'] === 'head_ref_force_pushed')
    found.push(...events.map((e) => String(e['created_at'])))
    if (answer.value.length < 100) return found
  }
  return null
}
