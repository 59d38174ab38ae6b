import { printableLines, printable } from '../base/printable.ts'
import { markdownDocument } from '../report/escape.ts'
import { writeErrors, writeOutput } from './output.ts'

/**
 * The only way to a terminal: no other file calls what writes to standard output and standard error. Whatever text a command
 * shows, a terminal is never commanded by it.
 */
export interface Printer {
  /** Each is one line: a line break in it is foreign. */
  lines(...lines: readonly string[]): void
  /** A text with lines of its own, such as JSON or YAML, whose maker has escaped what is foreign in it. */
  document(text: string): void
  /** The same in Markdown. */
  markdown(text: string): void
  /** As it is: for a line that is rewritten in place, by whoever makes its text printable. */
  raw(text: string): void
}

const printer = (write: (text: string) => void): Printer => ({
  lines: (...lines) => {
    if (lines.length > 0) write(lines.map((line) => `${printable(line, mostOfALine)}\n`).join(''))
  },
  document: (text) => write(printableLines(text)),
  markdown: (text) => write(markdownDocument(text)),
  raw: write,
})

const mostOfALine = 8000

/** Results. Throws an `InputError` where one cannot be written. */
export const out = printer(writeOutput)
/** Progress, warnings and errors. */
export const err = printer(writeErrors)
