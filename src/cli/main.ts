import { CommanderError } from 'commander'
import { defectLines, diagnosticLines, InputError, sortDiagnostics } from '../base/diagnostics.ts'
import { exitCodes } from './exit.ts'
import { err } from './print.ts'
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
    err.lines(...sortDiagnostics(diagnostics).flatMap(diagnosticLines), '', `${diagnostics.length} ${diagnostics.length === 1 ? 'problem' : 'problems'}`)
    return exitCodes.badInput
  }
  err.lines(
    ...defectLines(error), '',
    'This is a defect of tunegate, not of your spec or your data. Please report it with the lines above, the spec, and what',
    '`tunegate --version` prints. Finished runs are kept in the journal; running again continues from them.',
  )
  return exitCodes.defect
}
