import { isMap } from '../base/json.ts'
import { printable } from '../base/printable.ts'
import { code, cutMarkdown, markdownDocument } from '../report/escape.ts'
import { capped, type Annotation } from './annotations.ts'
import type { Api, ApiProblem } from './api.ts'
import { pullAt } from './comment/facts.ts'
import type { PullFacts } from './comment/policy.ts'
import { stick } from './sticky.ts'

export const postWords = ['comment', 'check', 'status'] as const
export type PostWord = (typeof postWords)[number]

/** Name of a spec's check, status and comment. It includes the spec unless that is the usual one. */
export const titleOf = (spec: string): string => (spec === 'tuning.yml' ? 'tunegate' : printable(`tunegate (${spec})`, 90))

/** What is posted on a pull request about one commit. */
export interface Posting {
  readonly what: readonly PostWord[]
  readonly pull: number
  /** The commit that was run. */
  readonly sha: string
  /** The branch whose rules judged it. */
  readonly into: string
  readonly run: number
  readonly runUrl: string
  /** Name of the check and the status; never text from the pull request. */
  readonly title: string
  /** Null if nothing was judged. Then there is a comment and no check. */
  readonly verdict: {
    readonly status: 'pass' | 'fail' | 'inconclusive'
    readonly sentence: string
    readonly fails: boolean
    /** Present if code of the change made the numbers, as a training script does: who computed the metrics. */
    readonly script?: 'from predictions' | 'self-reported'
  } | null
  /** Markdown of the comment. */
  readonly text: string
  readonly notes: readonly Annotation[]
}

/**
 * Posts where the token has permission. Returns what could not be posted, for a notice; verdict and exit code stay as they
 * were. If the pull request has another head or another base branch by now, no check is set and the comment says only that.
 */
export async function post(api: Api, given: Posting): Promise<string[]> {
  const pull = await pullAt(api, given.pull)
  if (pull === null) return ['Nothing was posted: the head of the pull request could not be read.']
  const outdated = outdatedBy(given, pull)
  if (outdated !== null) return postOne(given, 'comment', () => comment(api, { ...given, text: outdated }))
  const problems: string[] = []
  const posting = withoutUnearned(given, pull)
  if (posting !== given) problems.push(unearned)
  problems.push(...(await postOne(posting, 'comment', () => comment(api, posting))))
  problems.push(...(await postOne(posting, 'check', () => checkRun(api, posting))))
  problems.push(...(await postOne(posting, 'status', () => status(api, posting))))
  return problems
}

const unearned =
  'The check is neutral and no status was set: a script on a fork reported its own metrics, and nothing checks them.'

/** Metrics that a fork's own code reported never become a success. */
function withoutUnearned(posting: Posting, { fork }: PullFacts): Posting {
  const { verdict, what } = posting
  if (!fork || verdict?.script !== 'self-reported' || conclusionOf(verdict) === 'failure') return posting
  return {
    ...posting,
    what: what.filter((word) => word !== 'status'),
    verdict: { ...verdict, status: 'inconclusive', fails: false },
  }
}

/** The verdict in a line. Where code of the change made the numbers, it says what that is worth. */
const lineOf = ({ status, sentence, script }: NonNullable<Posting['verdict']>): string =>
  `${status}${script === undefined ? '' : ' (guards against mistakes, not malice)'}: ${sentence}`

async function postOne(
  { what, verdict }: Posting,
  word: PostWord,
  send: () => Promise<ApiProblem | null>,
): Promise<string[]> {
  if (!what.includes(word) || (word !== 'comment' && verdict === null)) return []
  const problem = await send()
  return problem === null ? [] : [`The ${word} could not be posted. ${problem.message}`]
}

/** What to say if the pull request is no longer what was run; null if it still is. */
function outdatedBy({ sha, into, runUrl }: Posting, now: PullFacts): string | null {
  const result = `[This run](${runUrl}) has the result, which does not apply to`
  if (now.headSha !== sha) {
    return `### Out of date\n\n\`${sha.slice(0, 12)}\` was run, but the pull request is now at \`${now.headSha.slice(0, 12)}\`. ${result} the new head.\n`
  }
  if (now.into === into) return null
  return `### Out of date\n\nThe rules of ${code(into, 100)} judged this run, but the pull request targets ${code(now.into, 100)} now. ${result} the new base.\n`
}

async function comment(api: Api, { pull, title, run, text }: Posting): Promise<ApiProblem | null> {
  const stuck = await stick(api, { kind: 'report', pull, title, run, text })
  return stuck.ok ? null : stuck.error
}

/** The platform rejects a longer check summary. */
export const mostSummaryCharacters = 65_535

/** Distinguishes a tunegate check from that of a workflow's job, which may have the same name and cannot be edited. */
const ownId = 'tunegate'

/** One check per commit: a later run of the same commit edits it. At most ten annotations of each level are sent. */
async function checkRun(api: Api, posting: Posting): Promise<ApiProblem | null> {
  const { sha, title, verdict, runUrl } = posting
  if (verdict === null) return null
  const body = {
    name: title,
    external_id: ownId,
    head_sha: sha,
    status: 'completed',
    details_url: runUrl,
    conclusion: conclusionOf(verdict),
    output: {
      title: printable(lineOf(verdict), 200),
      summary: checkSummary(posting.text),
      annotations: annotationsOf(posting),
    },
  }
  const known = await api.call('GET /repos/{owner}/{repo}/commits/{sha}/check-runs', {
    sha,
    check_name: title,
    per_page: 100,
  })
  const id = known.ok ? ownCheck(known.value) : null
  const sent =
    id === null
      ? await api.call('POST /repos/{owner}/{repo}/check-runs', body)
      : await api.call('PATCH /repos/{owner}/{repo}/check-runs/{id}', { ...body, id })
  return sent.ok ? null : sent.error
}

function ownCheck(value: unknown): number | null {
  const runs = isMap(value) && Array.isArray(value['check_runs']) ? value['check_runs'].filter(isMap) : []
  const own = runs.find(
    (r) =>
      isMap(r['app']) && r['app']['slug'] === 'github-actions' && r['external_id'] === ownId && typeof r['id'] === 'number',
  )
  return own ? Number(own['id']) : null
}

const checkSummary = (text: string): string =>
  cutMarkdown(
    markdownDocument(text),
    mostSummaryCharacters,
    '\n\n> Cut: GitHub shows no more than this.\n',
    ({ length }) => length,
  )

const conclusionOf = ({ status, fails }: NonNullable<Posting['verdict']>): string =>
  status === 'pass' ? 'success' : fails ? 'failure' : 'neutral'

const levels = { error: 'failure', warning: 'warning', notice: 'notice' } as const

function annotationsOf({ notes }: Posting): unknown[] {
  return capped(notes).flatMap(({ level, title, message, at }) =>
    at ? [{ path: at.file, start_line: at.line, end_line: at.line, annotation_level: levels[level], title, message }] : [],
  )
}

async function status(api: Api, { sha, title, verdict, runUrl }: Posting): Promise<ApiProblem | null> {
  if (verdict === null) return null
  const state = verdict.status === 'pass' || !verdict.fails ? 'success' : 'failure'
  const description = printable(lineOf(verdict), 139)
  const route = 'POST /repos/{owner}/{repo}/statuses/{sha}'
  const sent = await api.call(route, { sha, state, context: title, target_url: runUrl, description }, { repeatable: true })
  return sent.ok ? null : sent.error
}
