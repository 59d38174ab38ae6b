import { printable } from '../../base/printable.ts'
import { scriptEngine } from '../../engines/index.ts'
import { exitCodes } from '../exit.ts'
import { out } from '../print.ts'

/** Prints what a script does as the protocol asks, line by line. Exits with 1 if something fails. */
export async function trainerCheckCommand(command: readonly string[], options: { readonly env?: string }): Promise<number> {
  const listed = options.env?.split(',').filter((name) => name !== '') ?? []
  const source = { folder: process.cwd(), env: process.env }
  const counts = { passes: 0, fails: 0, skipped: 0 }
  for await (const { what, status, why } of await scriptEngine().scripts.conformance(command, source, listed)) {
    counts[status] += 1
    out.lines(`${status.padEnd(8)}${what}${why === '' ? '' : ` (${printable(why, 1500)})`}`)
  }
  out.lines('', `${counts.passes} pass, ${counts.fails} fail, ${counts.skipped} skipped. The protocol: docs/trainer.md`)
  return counts.fails > 0 ? exitCodes.fail : exitCodes.pass
}
