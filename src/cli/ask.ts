import { createInterface } from 'node:readline/promises'
import { printable } from '../base/printable.ts'

/** Whether a person can answer: both ends are a terminal, and no workflow runs this. */
export const canAsk = (): boolean =>
  process.stdin.isTTY && process.stderr.isTTY && process.env['CI'] === undefined && process.env['TERM'] !== 'dumb'

/**
 * Asks until the answer is one of the allowed ones, compared without case. An empty answer is the usual one, and so is the
 * end of the input.
 */
export async function ask(question: string, usual: string, allowed: readonly string[]): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    for (;;) {
      const said = (await Promise.race([terminal.question(`${printable(question)} [${printable(usual)}] `), ended])).trim()
      if (said === '') return usual
      const found = allowed.find((one) => one === said) ?? allowed.find((one) => one.toLowerCase() === said.toLowerCase())
      if (found !== undefined) return found
      process.stderr.write(
        `There is no ${printable(said, 60)}. Allowed: ${printable(allowed.slice(0, 30).join(', '), 2000)}\n`,
      )
    }
  } finally {
    terminal.close()
  }
}
