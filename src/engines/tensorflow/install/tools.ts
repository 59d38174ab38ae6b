import type { Diagnostic } from '../../../base/diagnostics.ts'
import { noCompiler, noNpm, noPip } from './problems.ts'
import { runProcess, type ProcessOptions } from './process.ts'

/** A program with its fixed arguments. */
export type Command = readonly string[]

export interface Compiler {
  readonly command: Command
  /** The first line of what it says about itself. */
  readonly version: string
}

/** The user's compiler (`CXX`, which may include options, as in `ccache g++`), or one of the usual names. */
export async function findCompiler(options: ProcessOptions): Promise<Compiler | Diagnostic> {
  const own = (options.env['CXX'] ?? '').split(/\s+/).filter((part) => part !== '')
  const tried: readonly Command[] = own.length > 0 ? [own] : [['c++'], ['g++'], ['clang++']]
  for (const command of tried) {
    const said = await runProcess([...command, '--version'], options)
    if (said.ok) return { command, version: said.out.split('\n')[0]?.trim() ?? '' }
  }
  return noCompiler(tried.map((c) => c.join(' ')).join(', '))
}

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

export const isProblem = (value: Compiler | Command | Diagnostic): value is Diagnostic => 'severity' in value
