import { isMap } from '../base/json.ts'
import { sha256 } from '../base/hash.ts'
import { err, ok, type Result } from '../base/result.ts'
import { cutMarkdown, markdownDocument } from '../report/escape.ts'
import type { Api, ApiProblem } from './api.ts'

/** GitHub rejects a longer comment. */
export const mostCommentCharacters = 65_536

/** A comment that is edited in place: one of each kind per pull request. */
export interface Sticky {
  readonly kind: 'report' | 'answer'
  readonly pull: number
  /** Name of the check that it goes with. Each spec has its own comment. */
  readonly title: string
  /** Id of the workflow run that writes. A comment of a later run is left alone. */
  readonly run: number
  readonly text: string
}

/** Where the comment is now; `older` if a later run has written, so this one did not. */
export type Stuck = { readonly url: string } | { readonly older: true }

/**
 * Writes the comment, or edits the comment of its kind that this token's app wrote before. Comments by others that contain
 * the marker are neither edited nor trusted.
 */
export async function stick(api: Api, sticky: Sticky): Promise<Result<Stuck, ApiProblem>> {
  const body = bodyOf(sticky)
  for (let attempt = 1; ; attempt++) {
    const found = await findComment(api, sticky)
    if (!found.ok) return found
    if (found.value !== null && found.value.run > sticky.run) return ok({ older: true })
    const written =
      found.value === null
        ? await api.call('POST /repos/{owner}/{repo}/issues/{pull}/comments', { pull: sticky.pull, body })
        : await api.call('PATCH /repos/{owner}/{repo}/issues/comments/{id}', { id: found.value.id, body })
    if (written.ok) return ok({ url: isMap(written.value) ? String(written.value['html_url'] ?? '') : '' })
    // A lost answer may hide a comment that was written, so this looks for it before it writes another.
    if (attempt === 3 || (written.error.status ?? 500) < 500) return written
  }
}

/** The title as a hash: it may contain characters that an HTML comment may not. */
const markerOf = ({ kind, title }: Pick<Sticky, 'kind' | 'title'>): string =>
  `<!-- tunegate:${kind} of=${sha256(title).slice(0, 12)} run=`

export function bodyOf(sticky: Sticky): string {
  const start = `${markerOf(sticky)}${sticky.run} -->\n`
  const text = markdownDocument(sticky.text)
  const notice = '\n\n> Cut: this comment was longer than GitHub allows. See the full report.\n'
  return start + cutMarkdown(text, mostCommentCharacters - start.length, notice, ({ length }) => length)
}

interface Found {
  readonly id: number
  readonly run: number
}

async function findComment(api: Api, sticky: Sticky): Promise<Result<Found | null, ApiProblem>> {
  for (let page = 1; page <= 30; page++) {
    const answer = await api.call('GET /repos/{owner}/{repo}/issues/{pull}/comments', {
      pull: sticky.pull,
      per_page: 100,
      page,
    })
    if (!answer.ok) return answer
    const list = Array.isArray(answer.value) ? answer.value : []
    const found = list.flatMap((c: unknown) => foundIn(c, markerOf(sticky)))[0]
    if (found) return ok(found)
    if (list.length < 100) return ok(null)
  }
  return err({ status: null, message: 'the pull request has more than 3000 comments' })
}

function foundIn(comment: unknown, marker: string): Found[] {
  if (!isMap(comment) || !isMap(comment['user'])) return []
  const { id, body, user } = comment
  if (
    user['login'] !== 'github-actions[bot]' ||
    user['type'] !== 'Bot' ||
    typeof id !== 'number' ||
    typeof body !== 'string'
  )
    return []
  const run = body.startsWith(marker) ? /^(\d{1,15}) -->/.exec(body.slice(marker.length))?.[1] : undefined
  return run === undefined ? [] : [{ id, run: Number(run) }]
}
