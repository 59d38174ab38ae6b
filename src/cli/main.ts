import { ownCommand, startedAs } from '../base/own-command.ts'
import { CommanderError } from 'commander'
import { defectLines, diagnosticLines, InputError, problemCount, sortDiagnostics } from '../base/diagnostics.ts'
import { explainSystemError } from '../base/files.ts'
import { exitCodes } from './exit.ts'
import { invocation } from './invocation.ts'
import { lostOutput, watchOutputs } from './output.ts'
import { err } from './print.ts'
import { program } from './program.ts'

/** Runs one command line. Every way it can end has an exit code, and only a defect of ours prints a stack trace. */
export async function main(argv: readonly string[]): Promise<number> {
  watchOutputs()
  startedAs(invocation())
  let exitCode = 0
  try {
    await program((code) => {
      exitCode = code
    }).parseAsync([...argv])
    return exitCode
  } catch (error) {
    return explain(error)
  }
}

/** What is known only at the end: an output that failed after its call, and work that never reached one. */
export function finalCode(code: number | string | null | undefined): number {
  const lost = lostOutput()
  if (lost !== undefined) return explain(lost)
  if (code !== unsettled) return Number(code ?? 0)
  return explain(new Error('the command is waiting for something that never happens'))
}

/** Node's exit code if nothing is left that could end the entry's wait. */
const unsettled = 13

/** Prints an error for the user and returns its exit code. */
export function explain(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : exitCodes.badInput
  const error = explainSystemError(thrown)
  if (error instanceof InputError) {
    const { diagnostics } = error
    const count = problemCount(diagnostics)
    err.lines(
      ...sortDiagnostics(diagnostics).flatMap(diagnosticLines),
      '',
      `${count.toLocaleString('en')} ${count === 1 ? 'problem' : 'problems'}`,
    )
    return exitCodes.badInput
  }
  err.lines(
    ...defectLines(error),
    '',
    'This is a defect in tunegate, not in your spec or your data. Please report it with the lines above, the spec, and the',
    `output of \`${ownCommand('doctor')}\`. Finished runs are kept in the journal; run the same command to continue.`,
  )
  return exitCodes.defect
}
