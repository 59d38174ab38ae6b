import type { Diagnostic } from '../../../base/diagnostics.ts'
import type { Command } from '../../install/compiler.ts'
import { runProcess, type ProcessOptions } from '../../install/process.ts'
import { noNpm, noPip } from './problems.ts'

export async function findNpm(options: ProcessOptions): Promise<Command | Diagnostic> {
  return (await runs(['npm'], options)) ? ['npm'] : noNpm()
}

/** As a Python module if there is one: the program named `pip` may belong to another Python, or be missing. */
export async function findPip(options: ProcessOptions): Promise<Command | Diagnostic> {
  const tried: readonly Command[] = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]
  for (const command of tried) if (await runs(command, options)) return command
  return noPip(tried.map((c) => c.join(' ')).join(', '))
}

const runs = async (command: Command, options: ProcessOptions): Promise<boolean> =>
  (await runProcess([...command, '--version'], options)).ok
