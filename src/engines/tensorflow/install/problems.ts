import { ownCommand } from '../../../base/own-command.ts'
import { InputError, type Diagnostic } from '../../../base/diagnostics.ts'
import { lastWords, type Ended } from './process.ts'

/** A failure of the install that the user can fix, with what it is and what to do. */
export function problem(
  code: string,
  message: string,
  rest: Partial<Pick<Diagnostic, 'found' | 'allowed' | 'hint'>> = {},
): Diagnostic {
  return { code: `engine/${code}`, severity: 'error', message, ...rest }
}

export const withoutNetwork = (): string =>
  `run \`${ownCommand('engine', 'download', 'DIR')}\` on a machine with a network, then ` +
  `\`${ownCommand('engine', 'install', '--from', 'DIR')}\` here`

export const noCompiler = (tried: string): Diagnostic =>
  problem('no-compiler', 'no C++ compiler was found to build the native addon', {
    found: `could not run ${tried}`,
    hint:
      'install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install), ' +
      'or set CXX to yours',
  })

export const noNpm = (): Diagnostic =>
  problem('no-npm', 'cannot run npm, which fetches the JavaScript packages', {
    found: 'could not run npm',
    hint: `install it (it comes with Node), or: ${withoutNetwork()}`,
  })

export const noPip = (tried: string): Diagnostic =>
  problem('no-pip', 'cannot run pip, which fetches the TensorFlow library', {
    found: `could not run ${tried}`,
    hint: `install it (Debian, Ubuntu: apt-get install python3-pip; Python itself is not used), or: ${withoutNetwork()}`,
  })

export const notFetched = (client: 'npm' | 'pip', what: string, ended: Ended): Diagnostic =>
  problem('download', `${client} could not fetch ${what}`, {
    found: lastWords(ended, client === 'npm' ? 'first' : 'last'),
    hint:
      `check the network, the proxy and the registry that ${client} uses (${client} config list), and run the ` +
      `install again, which keeps finished downloads; or: ${withoutNetwork()}`,
  })

export const wrongContent = (file: string, found: string, sha256: string): Diagnostic =>
  problem('checksum', `${file} does not have the expected content`, {
    found,
    allowed: `sha256 ${sha256}`,
    hint:
      'run the install again, or ask the registry operator: the file was damaged in transit, or replaced by a registry or ' +
      'proxy, and was not used',
  })

const mebi = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

export const noSpace = (folder: string, needed: number | null, free: number | null): Diagnostic =>
  problem('no-space', 'there is not enough disk space for the tensorflow engine', {
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

/** Why TensorFlow does not run although everything is in place. */
export function doesNotRun(ended: Ended): Diagnostic {
  const found = lastWords(ended)
  const message = 'the tensorflow engine does not run on this machine'
  if (ended.killedBy === 'SIGILL')
    return problem('smoke-test', message, {
      found,
      hint: 'use --engine wasm: the processor lacks the AVX instructions that TensorFlow needs',
    })
  if (/GLIBC(XX)?_[\d.]+' not found/.test(ended.said))
    return problem('smoke-test', message, {
      found,
      hint: 'use a newer system, or --engine wasm: the system libraries are older than TensorFlow needs',
    })
  return problem('smoke-test', message, {
    found,
    hint: 'run the install with --force; if that does not help, report these lines and use --engine wasm',
  })
}

/** How to report a file system error; undefined for any other error, which is a defect of ours. */
export function fileProblem(error: unknown, folder: string): InputError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(error.code))
  return new InputError([full ? noSpace(folder, null, null) : unwritable(folder, error)])
}
