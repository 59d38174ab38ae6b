import { printableLines, printable } from '../base/printable.ts'
import { markdownDocument } from '../report/escape.ts'
import { writeErrors, writeOutput } from './output.ts'

/**
 * The only way to a terminal: no other file writes to standard output or standard error. Whatever text a command shows, it
 * never commands a terminal.
 */
export interface Printer {
  /** Each text is one line: a line break in it is foreign. */
  lines(...lines: readonly string[]): void
  /** A text with several lines, such as JSON or YAML. The code that made it has escaped the foreign parts. */
  document(text: string): void
  /** The same in Markdown. */
  markdown(text: string): void
  /** Unchanged, for a line that is rewritten in place. The code that makes its text must make it printable. */
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

/** Results. Throws an `InputError` if one cannot be written. */
export const out = printer(writeOutput)
/** Progress, warnings and errors. */
export const err = printer(writeErrors)
