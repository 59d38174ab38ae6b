import { InputError } from '../../base/diagnostics.ts'
import { isMap, jsonOrUndefined } from '../../base/json.ts'
import { commands, numberRanges, type CommandName, type Options } from './grammar.ts'

/** An approved comment: the only thing that passes from the job that decides to the jobs that run and publish. */
export interface Request {
  readonly command: Exclude<CommandName, 'help'>
  readonly pull: number
  /** The head of the pull request when it was approved. No other commit is run or reported on. */
  readonly sha: string
  /** The commit of the base branch that the pull request is compared with. */
  readonly base: string
  /** The base branch by name: a pull request can move to another branch while it runs. */
  readonly into: string
  /** Id of the comment with the request. */
  readonly comment: number
  /** `trials` and `minutes` never exceed those of the spec on the base branch. */
  readonly options: Options
}

/** A request is one line. */
const limits = { bytes: 10_000, depth: 4, values: 100, uniqueKeys: true } as const

const bad = (found: string): InputError =>
  new InputError([
    {
      code: 'action/request',
      severity: 'error',
      message: "the input 'request' of this step is not valid",
      found,
      allowed: 'the output `request` of a step with `mode: comment`',
      hint: 'pass it unchanged from that job to this one',
    },
  ])

/** Reads it back. Throws an `InputError` for anything that the deciding step does not write. */
export function parseRequest(text: string): Request {
  const value = parsed(text)
  const { command, pull, sha, base, into, comment, options } = value
  const known = commands.find((c) => c === command)
  if (known === undefined || known === 'help') throw bad(text)
  if (!isSha(sha) || !isSha(base) || !isId(pull) || !isId(comment) || !isBranch(into) || !isMap(options)) throw bad(text)
  const { stages } = options
  if (stages !== null && !(Array.isArray(stages) && stages.every((s): s is string => typeof s === 'string'))) throw bad(text)
  const number = (key: keyof typeof numberRanges): number | null => {
    const n = options[key]
    if (n !== null && !(typeof n === 'number' && n > 0 && n <= numberRanges[key][1])) throw bad(text)
    return n
  }
  const read = { seeds: number('seeds'), trials: number('trials'), minutes: number('minutes'), stages }
  return { command: known, pull, sha, base, into, comment, options: read }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  const value = jsonOrUndefined(text, limits)
  if (isMap(value)) return value
  throw bad(text)
}

export const isSha = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value)

/** Git allows more than the platform does. A name that is longer than a file name is no branch on either. */
export const isBranch = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255

export const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0
