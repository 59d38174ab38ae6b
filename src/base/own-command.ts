import { shellCommand } from './shell.ts'

/** The name in files that outlive the program's place, such as reports, and in places where nobody typed a command. */
const usualName = 'tunegate'
let started = usualName

/** Tells how the user started the program, in words for a shell. Only the command line calls it, once, before it prints. */
export function startedAs(words: string): void {
  started = words
}

/**
 * How to start the program in the shell where a text is printed: `tunegate`, `node dist/cli/index.js`, `npx ./tunegate.tgz`.
 */
export const programWords = (): string => started

/** A command that works where it is printed. The words are quoted for a shell. */
export const ownCommand = (...words: readonly string[]): string =>
  words.length === 0 ? started : `${started} ${shellCommand(...words)}`
