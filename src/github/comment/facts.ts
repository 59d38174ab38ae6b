import type { Api } from '../api.ts'
import type { CommentEvent } from './event.ts'
import type { BaseFacts, Facts, PullFacts } from './policy.ts'
import { isMap, isSha } from './request.ts'

/** Asks GitHub what the decision needs; nothing of it is taken from the comment, and what cannot be had is null. */
export async function gatherFacts(api: Api, event: CommentEvent, baseAt: (api: Api, sha: string) => Promise<BaseFacts | null>): Promise<Facts> {
  const permission = await permissionOf(api, event)
  const answer = permission === null ? null : await api.call('GET /repos/{owner}/{repo}/pulls/{pull}', { pull: event.pull })
  const pull = answer?.ok ? pullOf(answer.value, event.pull) : null
  return {
    comment: { id: event.comment, createdAt: event.createdAt }, permission, pull,
    forcePushes: pull === null ? null : await forcePushes(api, event.pull),
    base: pull === null ? null : await baseAt(api, pull.baseSha),
  }
}

/** The answer must be about the very account that commented: a name can change hands between comment and run. */
async function permissionOf(api: Api, { login, user }: CommentEvent): Promise<string | null> {
  const answer = await api.call('GET /repos/{owner}/{repo}/collaborators/{login}/permission', { login })
  if (!answer.ok || !isMap(answer.value) || !isMap(answer.value['user'])) return answer.ok || answer.error.status !== 404 ? null : 'none'
  const { permission } = answer.value
  return typeof permission === 'string' && answer.value['user']['id'] === user ? permission : null
}

/** The head that a pull request has at this moment. */
export async function headOf(api: Api, pull: number): Promise<string | null> {
  const answer = await api.call('GET /repos/{owner}/{repo}/pulls/{pull}', { pull })
  return answer.ok ? pullOf(answer.value, pull)?.headSha ?? null : null
}

function pullOf(value: unknown, number: number): PullFacts | null {
  if (!isMap(value) || value['number'] !== number || !isMap(value['head']) || !isMap(value['base'])) return null
  const { head, base, state } = value
  const [headSha, baseSha] = [head['sha'], base['sha']]
  if (!isSha(headSha) || !isSha(baseSha)) return null
  const [from, to] = [head['repo'], base['repo']]
  const fork = !(isMap(from) && isMap(to) && typeof from['id'] === 'number' && from['id'] === to['id'])
  return { number, open: state === 'open', headSha, baseSha, fork }
}

/** Times of the force-pushes; a timeline too long to read to its end counts as unknown. */
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
