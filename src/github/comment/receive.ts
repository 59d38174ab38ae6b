import { unreachable } from '../../base/result.ts'
import { code, markdown } from '../../report/escape.ts'
import type { Api } from '../api.ts'
import { say } from '../log.ts'
import { stick } from '../sticky.ts'
import type { CommentEvent } from './event.ts'
import { gatherFacts, permissionOf } from './facts.ts'
import { helpText, parseComment } from './grammar.ts'
import { decide, strangerProblem, type BaseFacts, type Rules } from './policy.ts'
import type { Request } from './request.ts'

export interface Receiving extends Rules {
  readonly api: Api
  /** The name of this spec's check. */
  readonly title: string
  /** Id and page of this workflow run. */
  readonly run: number
  readonly runUrl: string
  readonly stageNames: readonly string[]
  /** What the spec at a commit of the base branch says; null if it could not be read or is not valid. */
  readonly baseAt: (api: Api, sha: string) => Promise<BaseFacts | null>
}

/**
 * Decides on a comment and answers it. Returns what to run; null means nothing. The author's permission is checked first: a
 * stranger costs two requests, gets a reaction, and changes no answer to anyone else.
 */
export async function receive(event: CommentEvent, receiving: Receiving): Promise<Request | null> {
  const { api } = receiving
  const command = parseComment(event.body, receiving.stageNames)
  if (command === null) return null
  const permission = await permissionOf(api, event)
  const stranger = strangerProblem(permission)
  if (permission === null || stranger !== undefined) return shrug(event, stranger ?? '', api)
  if (!command.ok) return refuse(event, command.error, receiving)
  if (command.value.name === 'help') return answer(event, helpText(receiving.stageNames), 'eyes', receiving)
  const facts = await gatherFacts(api, event, permission, command.value, receiving.baseAt)
  const decided = decide(command.value, facts, receiving)
  if (!decided.ok) return refuse(event, decided.error, receiving)
  await react(api, event.comment, 'eyes')
  await tell(receiving, event, 'report', startText(decided.value, command.value.sha !== null, receiving.runUrl))
  return decided.value
}

/** No comment: anybody can write a thousand of them, and the single answer may be meant for somebody else. */
async function shrug(event: CommentEvent, reason: string, api: Api): Promise<null> {
  say(`Refused: ${reason}`)
  await react(api, event.comment, 'confused')
  return null
}

async function refuse(event: CommentEvent, reason: string, receiving: Receiving): Promise<null> {
  say(`Refused: ${reason}`)
  // Hashes that a reader should copy stay intact inside code. Everything else was escaped where it was quoted.
  const text = reason
    .split('`')
    .map((part, i) => (i % 2 === 1 ? code(part) : markdown(part)))
    .join('')
  return answer(event, `**Not run:** ${text}.\n\n\`/tune help\` lists the commands.`, 'confused', receiving)
}

async function answer(event: CommentEvent, text: string, reaction: Reaction, receiving: Receiving): Promise<null> {
  await react(receiving.api, event.comment, reaction)
  await tell(receiving, event, 'answer', `${text}\n`)
  return null
}

async function tell(
  { api, title, run }: Receiving,
  { pull }: CommentEvent,
  kind: 'report' | 'answer',
  text: string,
): Promise<void> {
  const stuck = await stick(api, { kind, pull, title, run, text })
  if (!stuck.ok) say(`The comment could not be written: ${stuck.error.message}`)
}

export type Reaction = 'eyes' | 'confused' | '+1' | '-1'

/** A reaction to the comment that made the request. A failure is only logged. */
export async function react(api: Api, comment: number, content: Reaction): Promise<void> {
  const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment}/reactions'
  const done = await api.call(route, { comment, content }, { repeatable: true })
  if (!done.ok) say(`The reaction could not be added: ${done.error.message}`)
}

/** Tells a comment that names no commit which one it gets, in full: it may be newer than what the author saw. */
function startText({ command, sha }: Request, named: boolean, runUrl: string): string {
  const page = `[this run](${runUrl})`
  const newer = `${code(sha)}, the head when ${page} started: check that it is the commit you meant`
  const at = named ? `${code(sha.slice(0, 12))}, in ${page}` : newer
  switch (command) {
    case 'tune':
      return `### Tuning\n\nAll stages at ${at}.\n`
    case 'verify':
      return `### Verifying\n\nOver seeds, at ${at}.\n`
    case 'plan':
      return `### Planning\n\nNothing is trained, at ${at}.\n`
    case 'cancel':
      return `### Cancelled\n\n[This run](${runUrl}) stopped the run of this pull request.\n`
    default:
      return unreachable(command, 'command')
  }
}
