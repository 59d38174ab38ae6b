import { didYouMean, printable } from '../../base/diagnostics.ts'
import { err, ok, type Result } from '../../base/result.ts'

export const commands = ['tune', 'verify', 'plan', 'cancel', 'help'] as const
export type CommandName = (typeof commands)[number]

/** What a comment requests, according to its text. */
export interface Command {
  readonly name: CommandName
  /** The full hash, in lower case; null if the comment names none. */
  readonly sha: string | null
  readonly options: Options
}

/** Null if the comment does not say. */
export interface Options {
  readonly seeds: number | null
  readonly trials: number | null
  readonly minutes: number | null
  readonly stages: readonly string[] | null
}

/** Smallest and largest number that a comment may give, whatever the spec allows. */
export const numberRanges = { seeds: [2, 100], trials: [1, 100_000], minutes: [1, 360] } as const

const understood: Readonly<Record<CommandName, readonly (keyof Options)[]>> = {
  tune: ['seeds', 'trials', 'minutes', 'stages'],
  verify: ['seeds', 'trials', 'minutes'],
  plan: ['seeds', 'stages'],
  cancel: [],
  help: [],
}

const longestLine = 300

/**
 * Whether a comment is a command for tunegate. Case does not matter: GitHub's `startsWith` ignores it too, and phones change
 * it.
 */
export const isForUs = (body: string): boolean => /^\/tune(?:[ \t\r\n]|$)/i.test(body)

/**
 * Reads `/tune [verify|plan|cancel|help] [sha] key=value …` from the first line of a comment. Null if the comment is not for
 * tunegate. An error is a sentence that says why the line is refused. It never guesses: a line with an unknown part is
 * refused as a whole.
 */
export function parseComment(body: string, stageNames: readonly string[]): Result<Command, string> | null {
  if (!isForUs(body)) return null
  const line = body.split(/\r\n|\n|\r/, 1)[0] ?? ''
  if (line.length > longestLine) return err(`the line is longer than ${longestLine} characters`)
  if (!/^[\x20-\x7e\t]*$/.test(line)) return err('the line has characters other than printable ASCII')
  return parseWords(
    line
      .split(/[ \t]+/)
      .slice(1)
      .filter((word) => word !== ''),
    stageNames,
  )
}

function parseWords(words: readonly string[], stageNames: readonly string[]): Result<Command, string> {
  const rest = [...words]
  const named = commands.find((c) => c === rest[0]?.toLowerCase())
  const name = named ?? 'tune'
  if (named !== undefined) rest.shift()
  const sha = /^[0-9a-f]{40}$/i.test(rest[0] ?? '') ? (rest.shift()?.toLowerCase() ?? null) : null
  const options = parseOptions(rest, name, stageNames)
  return options.ok ? ok({ name, sha, options: options.value }) : options
}

function parseOptions(words: readonly string[], name: CommandName, stageNames: readonly string[]): Result<Options, string> {
  const given: { -readonly [K in keyof Options]: Options[K] } = { seeds: null, trials: null, minutes: null, stages: null }
  for (const word of words) {
    const [, written, value] = /^([a-z]+)=([^=]+)$/i.exec(word) ?? []
    const key = written?.toLowerCase()
    if (key === undefined || value === undefined) return err(strange(word))
    if (!isOption(key) || !understood[name].includes(key)) return err(unknownKey(key, name))
    if (given[key] !== null) return err(`${key} is given twice`)
    const problem = key === 'stages' ? setStages(value, stageNames) : setNumber(key, value)
    if (problem !== undefined) return err(problem)
  }
  return ok(given)

  function setNumber(key: keyof typeof numberRanges, value: string): string | undefined {
    const [least, most] = numberRanges[key]
    const number = /^[1-9]\d{0,5}$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= least && number <= most))
      return `${key} must be a whole number from ${least} to ${most}, not ${printable(value, 40)}`
    given[key] = number
    return undefined
  }

  function setStages(value: string, allowed: readonly string[]): string | undefined {
    const names = value.split(',')
    const unknown = names.find((n) => !allowed.includes(n))
    if (unknown !== undefined)
      return `stages are ${allowed.join(', ')}, separated by commas; ${printable(unknown, 40) || 'an empty one'} is none`
    if (new Set(names).size < names.length) return 'a stage is named twice'
    given.stages = names
    return undefined
  }
}

const isOption = (key: string): key is keyof Options => ['seeds', 'trials', 'minutes', 'stages'].includes(key)

function unknownKey(key: string, name: CommandName): string {
  const known = understood[name]
  const near = didYouMean(key, known)
  const allowed = known.length === 0 ? 'it takes no keys' : `it takes ${known.join(', ')}`
  return `/tune${name === 'tune' ? '' : ` ${name}`} does not take ${printable(key, 40)}: ${allowed}${near ? `; did you mean ${near}?` : ''}`
}

/** An attacker can create a commit that matches a shortened hash, so only full hashes count. */
function strange(word: string): string {
  if (/^[0-9a-f]{6,64}$/i.test(word))
    return `${printable(word, 64)} is not the full hash of a commit, which has 40 digits; a shorter one can be forged`
  const near = didYouMean(word, commands)
  return (
    `${printable(word, 40)} is not understood: a subcommand (${commands.slice(1).join(', ')}) comes first, then a commit hash, then key=value` +
    (near ? `; did you mean ${near}?` : '')
  )
}

/** The answer to `/tune help`, as Markdown. */
export function helpText(stageNames: readonly string[]): string {
  const someStages = [stageNames[0], stageNames.at(-1)].join(',')
  return `\`/tune [verify|plan|cancel|help] [sha] [key=value …]\` on the first line of a new comment.

| Command | What it does |
| --- | --- |
| \`/tune\` | all stages of the spec, then the gates |
| \`/tune verify\` | only the verification over seeds, then the gates |
| \`/tune plan\` | shows what would run; nothing is trained |
| \`/tune cancel\` | stops what is running for this pull request |
| \`/tune help\` | this |

\`sha\` is the full hash of the pull request's head. Without it, the run uses the commit that is the head when the
job starts, including any push in between, and the answer names that commit. A pull request from a fork needs the
\`sha\`, and a workflow can require it for every run (\`require-sha\`). If the head has moved on, the result is not posted
as a verdict. Case does not matter.
Keys: \`seeds=${numberRanges.seeds.join('…')}\`, \`stages=${someStages}\`, \`trials=…\` and \`minutes=…\`, which can be lower than
the budget of the spec but never higher.`
}
