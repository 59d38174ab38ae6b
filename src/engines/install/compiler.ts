import type { Diagnostic } from '../../base/diagnostics.ts'
import { noCompiler } from './problems.ts'
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

export const isProblem = (value: Compiler | Command | Diagnostic): value is Diagnostic => 'severity' in value
