import { err, ok, type Result } from '../../base/result.ts'
import { numberRanges, type Command } from './grammar.ts'
import type { Request } from './request.ts'

/**
 * What GitHub says about a comment, its author and its pull request. Null means that GitHub did not say, and never counts in
 * favor.
 */
export interface Facts {
  readonly comment: { readonly id: number; readonly createdAt: string }
  /** The commenter's permission on this repository. */
  readonly permission: string | null
  readonly pull: PullFacts | null
  /** When the head was force-pushed, by GitHub's clock; null if the query failed or was incomplete. */
  readonly forcePushes: readonly string[] | null
  /** What the spec on the base branch says; null if it could not be read, or is not valid. */
  readonly base: BaseFacts | null
}

/** Without a spec on the base branch, nothing is limited. */
export interface BaseFacts {
  readonly budget: Budget
}

export interface PullFacts {
  readonly number: number
  readonly open: boolean
  readonly headSha: string
  readonly baseSha: string
  /** The branch that it will be merged into. */
  readonly into: string
  /** Whether the head is in another repository, or in a deleted one. */
  readonly fork: boolean
}

export interface Budget {
  readonly trials: number | null
  readonly minutes: number | null
}

export interface Rules {
  readonly allowForks: boolean
  /** Whether every comment must name the commit. A comment on a pull request from a fork always must. */
  readonly requireSha: boolean
}

/** Permissions that may spend the repository's minutes. */
const mayAsk = ['admin', 'maintain', 'write']

/**
 * Whether a command is approved, and for which commit. Checks run in order, and the first that fails gives the reason.
 * Unknown facts lead to a refusal.
 */
export function decide(command: Command, facts: Facts, rules: Rules): Result<Request, string> {
  const { pull, base, permission } = facts
  const stranger = strangerProblem(permission)
  if (stranger !== undefined) return err(stranger)
  if (pull === null) return err('the pull request could not be read, so the request is refused; try again later')
  if (!pull.open) return err('the pull request is not open')
  const { name } = command
  if (name === 'help') throw new Error('help is answered, not decided')
  const request = (options: Request['options']): Result<Request, string> =>
    ok({
      command: name,
      pull: pull.number,
      sha: pull.headSha,
      base: pull.baseSha,
      into: pull.into,
      comment: facts.comment.id,
      options,
    })
  if (name === 'cancel') return request(command.options)
  const unnamed = forkProblem(command, pull, rules) ?? unnamedProblem(command, pull, rules)
  const problem = unnamed ?? headProblem(command, pull, facts)
  if (problem !== undefined) return err(problem)
  if (base === null)
    return err(
      'the spec of the base branch, which says what a run may cost and how it is judged, could not be read or is not valid',
    )
  const { budget } = base
  const over = overBudget(command.options, budget)
  if (over !== undefined) return err(over)
  return request({
    ...command.options,
    trials: capped('trials', command, budget),
    minutes: capped('minutes', command, budget),
  })
}

/** Why somebody gets no answer at all; undefined for people who may request a run. */
export function strangerProblem(permission: string | null): string | undefined {
  if (permission === null) return 'the permission of the commenter could not be asked for, so the request is refused'
  return mayAsk.includes(permission) ? undefined : 'only people who may write to this repository can request a run'
}

/** The comment's value, or else that of the base's spec. The spec on the branch may have raised its own limits. */
function capped(key: keyof Budget, { options }: Command, budget: Budget): number | null {
  const most = options[key] ?? budget[key]
  return most === null ? null : Math.min(most, numberRanges[key][1])
}

function forkProblem({ sha }: Command, { fork, headSha }: PullFacts, { allowForks }: Rules): string | undefined {
  if (!fork) return undefined
  if (!allowForks) return 'the pull request comes from a fork, and this workflow does not run forks (`allow-forks`)'
  if (sha !== null) return undefined
  return `the pull request comes from a fork: name the commit that you reviewed, as in \`/tune ${headSha}\``
}

function unnamedProblem({ sha }: Command, { headSha }: PullFacts, { requireSha }: Rules): string | undefined {
  if (!requireSha || sha !== null) return undefined
  return `this workflow runs only a named commit (\`require-sha\`): review it, then comment \`/tune ${headSha}\``
}

/** Authors choose the dates inside commits. Only the time of a push, by GitHub's own clock, counts. */
function headProblem({ sha }: Command, { headSha }: PullFacts, { comment, forcePushes }: Facts): string | undefined {
  if (sha !== null) {
    return sha === headSha
      ? undefined
      : `${sha} is not the head of the pull request, which is ${headSha} now; review that commit first`
  }
  const instead = `name the commit to run, as in \`/tune ${headSha}\``
  if (forcePushes === null) return `GitHub could not be asked whether the branch was force-pushed; ${instead}`
  const asked = Date.parse(comment.createdAt)
  const later = forcePushes.some((at) => !(Date.parse(at) < asked))
  return later ? `the branch was force-pushed after your comment, so the head is not what you saw; ${instead}` : undefined
}

function overBudget(options: Command['options'], budget: Budget): string | undefined {
  for (const key of ['trials', 'minutes'] as const) {
    const [asked, most] = [options[key], budget[key]]
    if (asked !== null && most !== null && asked > most)
      return `${key}=${asked} is over the budget of the spec, which allows ${most}`
  }
  return undefined
}
