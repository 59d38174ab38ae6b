import { InputError } from '../../base/diagnostics.ts'
import { printable } from '../../base/printable.ts'
import { scriptEngine } from '../../engines/index.ts'
import { isWithheld, withheldNames } from '../../records/trainer.ts'
import { exitCodes } from '../exit.ts'
import { out } from '../print.ts'

/** Prints what a script does as the protocol asks, line by line. Exits with 1 if something fails. */
export async function trainerCheckCommand(command: readonly string[], options: { readonly env?: string }): Promise<number> {
  const listed = environmentOf(options.env)
  const source = { folder: process.cwd(), env: process.env }
  const counts = { passes: 0, fails: 0, skipped: 0 }
  for await (const { what, status, why } of await scriptEngine().scripts.conformance(command, source, listed)) {
    counts[status] += 1
    out.lines(`${status.padEnd(8)}${what}${why === '' ? '' : ` (${printable(why, 1500)})`}`)
  }
  out.lines('', `${counts.passes} pass, ${counts.fails} fail, ${counts.skipped} skipped. The protocol: docs/trainer.md`)
  return counts.fails > 0 ? exitCodes.fail : exitCodes.pass
}

/** The variables that `--env` lists. Throws an `InputError` for those that no script gets. */
function environmentOf(env = ''): string[] {
  const listed = env.split(',').filter((name) => name !== '')
  const withheld = listed.filter(isWithheld)
  if (withheld.length === 0) return listed
  throw new InputError(
    withheld.map((found) => ({
      code: 'trainer/environment',
      severity: 'error',
      message: 'a training script must not get this variable',
      found,
      allowed: `variables other than ${withheldNames}`,
    })),
  )
}
