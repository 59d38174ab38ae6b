import { InputError, type Diagnostic } from '../../base/diagnostics.ts'
import { ownCommand } from '../../base/own-command.ts'
import type { Unavailable } from '../definition.ts'
import { lastWords, type Ended } from './process.ts'
import type { NotInstalled } from './record.ts'

/** A failure of the install that the user can fix, with what it is and what to do. */
export function problem(
  code: string,
  message: string,
  rest: Partial<Pick<Diagnostic, 'found' | 'allowed' | 'hint'>> = {},
): Diagnostic {
  return { code: `engine/${code}`, severity: 'error', message, ...rest }
}

/** Why an engine that must be installed cannot train. @param otherwise what the user can do instead of installing it */
export function notUsable(
  name: string,
  { state, folder, why }: NotInstalled & { readonly folder: string },
  otherwise: string,
): Unavailable {
  const command = ownCommand('engine', 'install', name)
  const [code, clause] =
    state === 'absent'
      ? ['not-installed', `the ${name} engine is not installed (\`${command}\`)`]
      : ['damaged', `the installed ${name} engine is damaged: ${why} (\`${command}\` repairs it)`]
  const asked = problem(code, `the requested ${name} engine cannot be used`, {
    found: `${folder}: ${why}`,
    hint: `run \`${command}\`, or ${otherwise}`,
  })
  return { why: clause, problems: [asked] }
}

export const noCompiler = (tried: string): Diagnostic =>
  problem('no-compiler', 'no C++ compiler was found to build the native addon', {
    found: `could not run ${tried}`,
    hint:
      'install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install), ' +
      'or set CXX to yours',
  })

const mebi = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

export const noSpace = (folder: string, needed: number | null, free: number | null): Diagnostic =>
  problem('no-space', 'there is not enough disk space for the engine', {
    found: `${free === null ? 'the disk ran full' : `${mebi(free)} free`} in ${folder}`,
    ...(needed === null ? {} : { allowed: `at least ${mebi(needed)}` }),
    hint: 'free disk space, or choose another folder with --dir',
  })

export const unwritable = (folder: string, error: Error): Diagnostic =>
  problem('unwritable', 'cannot write to the folder of the engine', {
    found: error.message.includes(folder) ? error.message : `${folder}: ${error.message}`,
    hint: 'choose another folder with --dir',
  })

export const interrupted = (): Diagnostic =>
  problem('interrupted', 'the install was interrupted', {
    hint: 'run it again: it continues with the files that it already has',
  })

export const doesNotCompile = (command: string, ended: Ended): Diagnostic =>
  problem('compile', `${command} could not compile the native addon`, {
    found: lastWords(ended, 'errors'),
    hint: 'set CXX to a compiler that supports C++17 (GCC 8, Clang 7 or newer)',
  })

/** How to report a file system error; undefined for any other error, which is a defect of ours. */
export function fileProblem(error: unknown, folder: string): InputError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(error.code))
  return new InputError([full ? noSpace(folder, null, null) : unwritable(folder, error)])
}
