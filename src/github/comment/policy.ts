import { err, ok, type Result } from '../../base/result.ts'
import { numberRanges, type Command } from './grammar.ts'
import type { Request } from './request.ts'

/** What GitHub says of a comment, its writer and its pull request; null is what it did not say, and never counts as good. */
export interface Facts {
  readonly comment: { readonly id: number; readonly createdAt: string }
  /** The commenter's permission on this repository. */
  readonly permission: string | null
  readonly pull: PullFacts | null
  /** When the head was force-pushed, as GitHub's clock says; null where it could not be asked, or not to the end. */
  readonly forcePushes: readonly string[] | null
  /** What the spec on the base branch says; null where it could not be read, or is not valid. */
  readonly base: BaseFacts | null
}

/** Of a base branch without a spec, nothing is limited. */
export interface BaseFacts {
  readonly budget: Budget
}

export interface PullFacts {
  readonly number: number
  readonly open: boolean
  readonly headSha: string
  readonly baseSha: string
  /** The branch that it is to be merged into. */
  readonly into: string
  /** Whether the head lies in another repository, or in one that was deleted. */
  readonly fork: boolean
}

export interface Budget {
  readonly trials: number | null
  readonly minutes: number | null
}

export interface Rules {
  readonly allowForks: boolean
  /** Whether every comment must name the commit; one on a pull request from a fork must anyway. */
  readonly requireSha: boolean
}

/** Permissions that may spend the repository's minutes. */
const mayAsk = ['admin', 'maintain', 'write']

/**
 * Whether a command is let through, and for which commit. Every check is asked in order and the first that fails says why;
 * what is not known refuses.
 */
export function decide(command: Command, facts: Facts, rules: Rules): Result<Request, string> {
  const { pull, base, permission } = facts
  const stranger = strangerProblem(permission)
  if (stranger !== undefined) return err(stranger)
  if (pull === null) return err('the pull request could not be read, so the answer is no; try again later')
  if (!pull.open) return err('the pull request is not open')
  const { name } = command
  if (name === 'help') throw new Error('help is answered, not decided')
  const request = (options: Request['options']): Result<Request, string> =>
    ok({ command: name, pull: pull.number, sha: pull.headSha, base: pull.baseSha, into: pull.into, comment: facts.comment.id, options })
  if (name === 'cancel') return request(command.options)
  const unnamed = forkProblem(command, pull, rules) ?? unnamedProblem(command, pull, rules)
  const problem = unnamed ?? headProblem(command, pull, facts)
  if (problem !== undefined) return err(problem)
  if (base === null) return err('the spec of the base branch could not be read or is not valid, and it says what a run may cost and is judged by')
  const { budget } = base
  const over = overBudget(command.options, budget)
  if (over !== undefined) return err(over)
  return request({ ...command.options, trials: capped('trials', command, budget), minutes: capped('minutes', command, budget) })
}

/** Why somebody is not answered at all; undefined for those who may ask. */
export function strangerProblem(permission: string | null): string | undefined {
  if (permission === null) return 'the permission of who commented could not be asked, so the answer is no'
  return mayAsk.includes(permission) ? undefined : 'only people who may write to this repository can ask for a run'
}

/** What the comment says, else what the spec of the base says; the spec on the branch may have raised its own. */
function capped(key: keyof Budget, { options }: Command, budget: Budget): number | null {
  const most = options[key] ?? budget[key]
  return most === null ? null : Math.min(most, numberRanges[key][1])
}

function forkProblem({ sha }: Command, { fork, headSha }: PullFacts, { allowForks }: Rules): string | undefined {
  if (!fork) return undefined
  if (!allowForks) return 'the pull request comes from a fork, and this workflow does not run those (`allow-forks`)'
  if (sha !== null) return undefined
  return `the pull request comes from a fork: name the commit that you have looked at, as in \`/tune ${headSha}\``
}

function unnamedProblem({ sha }: Command, { headSha }: PullFacts, { requireSha }: Rules): string | undefined {
  if (!requireSha || sha !== null) return undefined
  return `this workflow runs only a commit that is named (\`require-sha\`): look at it, and say \`/tune ${headSha}\``
}

/** Dates inside of commits are their author's to choose; only the time of a push, by GitHub's own clock, is looked at. */
function headProblem({ sha }: Command, { headSha }: PullFacts, { comment, forcePushes }: Facts): string | undefined {
  if (sha !== null) {
    return sha === headSha ? undefined : `${sha} is not the head of the pull request, which is ${headSha} now; look at that one first`
  }
  const instead = `name the commit that you mean, as in \`/tune ${headSha}\``
  if (forcePushes === null) return `whether the branch was force-pushed could not be asked; ${instead}`
  const asked = Date.parse(comment.createdAt)
  const later = forcePushes.some((at) => !(Date.parse(at) < asked))
  return later ? `the branch was force-pushed after your comment, so the head is not what you saw; ${instead}` : undefined
}

function overBudget(options: Command['options'], budget: Budget): string | undefined {
  for (const key of ['trials', 'minutes'] as const) {
    const [asked, most] = [options[key], budget[key]]
    if (asked !== null && most !== null && asked > most) return `${key}=${asked} is over the budget of the spec, which has ${most}`
  }
  return undefined
}
