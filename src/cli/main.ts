import { CommanderError } from 'commander'
import { formatDiagnostic, InputError, sortDiagnostics } from '../base/diagnostics.ts'
import { exitCodes } from './exit.ts'
import { program } from './program.ts'

/** Runs one command line; every way it can end has an exit code, and only a defect of ours prints a stack trace. */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0
  try {
    await program((code) => { exitCode = code }).parseAsync([...argv])
    return exitCode
  } catch (error) {
    return explain(error)
  }
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.badInput
  if (error instanceof InputError) {
    const { diagnostics } = error
    process.stderr.write(`${sortDiagnostics(diagnostics).map(formatDiagnostic).join('\n')}\n`)
    process.stderr.write(`\n${diagnostics.length} ${diagnostics.length === 1 ? 'problem' : 'problems'}\n`)
    return exitCodes.badInput
  }
  process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n\n` +
    'This is a defect of tunegate, not of your spec or your data. Please report it with the lines above, the spec, and what\n' +
    '`tunegate --version` prints. Finished runs are kept in the journal; running again continues from them.\n')
  return exitCodes.defect
}
