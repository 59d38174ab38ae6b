import { createInterface } from 'node:readline/promises'
import { printable } from '../base/printable.ts'
import { err, ok, type Result } from '../base/result.ts'

/** Whether a person can answer: both ends are a terminal, and no workflow runs this. */
export const canAsk = (): boolean =>
  process.stdin.isTTY && process.stderr.isTTY && process.env['CI'] === undefined && process.env['TERM'] !== 'dumb'

/**
 * Asks until the answer is one of the allowed ones, compared without case. An empty answer is the usual one, and so is the
 * end of the input.
 *
 * @param several whether the answer may be several of them, with commas between, which it then is without blanks
 */
export async function ask(
  question: string,
  usual: string,
  allowed: readonly string[],
  { several = false }: { readonly several?: boolean } = {},
): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    for (;;) {
      const said = (await Promise.race([terminal.question(`${printable(question)} [${printable(usual)}] `), ended])).trim()
      if (said === '') return usual
      const found = several ? meantBy(said, allowed) : oneOf(said, allowed)
      if (found.ok) return found.value
      process.stderr.write(
        `There is no ${printable(found.error, 60)}. Allowed: ${printable(allowed.slice(0, 30).join(', '), 2000)}\n`,
      )
    }
  } finally {
    terminal.close()
  }
}

/** The allowed answer, or what is none. */
function oneOf(said: string, allowed: readonly string[]): Result<string, string> {
  const found = allowed.find((one) => one === said) ?? allowed.find((one) => one.toLowerCase() === said.toLowerCase())
  return found === undefined ? err(said) : ok(found)
}

/** One answer, which may contain commas, or several with commas between. The first part that is none is the error. */
export function meantBy(said: string, allowed: readonly string[]): Result<string, string> {
  const whole = oneOf(said, allowed)
  if (whole.ok || !said.includes(',')) return whole
  const parts = said.split(',').map((part) => oneOf(part.trim(), allowed))
  const wrong = parts.find((part) => !part.ok)
  return wrong ?? ok(parts.map((part) => (part.ok ? part.value : '')).join(','))
}
