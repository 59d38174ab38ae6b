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

export const withoutNetwork =
  'where there is a network `tunegate engine download DIR` saves the files; `tunegate engine install --from DIR` takes them'

export const noCompiler = (tried: string): Diagnostic =>
  problem('no-compiler', 'there is no C++ compiler to build the native addon with', {
    found: `could not run ${tried}`,
    hint:
      'install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install), ' +
      'or name yours in CXX',
  })

export const noNpm = (): Diagnostic =>
  problem('no-npm', 'npm, which fetches the JavaScript packages, cannot be run', {
    found: 'could not run npm',
    hint: `install it (it comes with Node), or: ${withoutNetwork}`,
  })

export const noPip = (tried: string): Diagnostic =>
  problem('no-pip', 'pip, which fetches the TensorFlow library, cannot be run', {
    found: `could not run ${tried}`,
    hint: `install it (Debian, Ubuntu: apt-get install python3-pip; Python itself is not used), or: ${withoutNetwork}`,
  })

export const notFetched = (client: 'npm' | 'pip', what: string, ended: Ended): Diagnostic =>
  problem('download', `${client} could not fetch ${what}`, {
    found: lastWords(ended, client === 'npm' ? 'first' : 'last'),
    hint:
      `look at the network, the proxy and the registry that ${client} is set to (${client} config list), and run the ` +
      `install again: it keeps what it has; or: ${withoutNetwork}`,
  })

export const wrongContent = (file: string, found: string, sha256: string): Diagnostic =>
  problem('checksum', `${file} is not the file that it should be`, {
    found,
    allowed: `sha256 ${sha256}`,
    hint:
      'it was damaged on its way, or replaced by a registry or a proxy, and was not used. Run the install again, or ask ' +
      'who runs the registry',
  })

const mebi = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

export const noSpace = (folder: string, needed: number | null, free: number | null): Diagnostic =>
  problem('no-space', 'there is not enough room on the disk for the tensorflow engine', {
    found: `${free === null ? 'the disk ran full' : `${mebi(free)} free`} in ${folder}`,
    ...(needed === null ? {} : { allowed: `at least ${mebi(needed)}` }),
    hint: 'make room, or choose another folder by --dir',
  })

export const unwritable = (folder: string, error: Error): Diagnostic =>
  problem('unwritable', 'cannot write to the folder of the engine', {
    found: error.message.includes(folder) ? error.message : `${folder}: ${error.message}`,
    hint: 'choose another folder by --dir',
  })

export const interrupted = (): Diagnostic =>
  problem('interrupted', 'the install was interrupted', {
    hint: 'run it again: it goes on with the files that it has',
  })

export const doesNotCompile = (command: string, ended: Ended): Diagnostic =>
  problem('compile', `${command} could not compile the native addon`, {
    found: lastWords(ended, 'errors'),
    hint: 'it takes C++17 (GCC 8, Clang 7 or newer); name another compiler in CXX',
  })

/** Why TensorFlow does not run although everything is in place. */
export function doesNotRun(ended: Ended): Diagnostic {
  const found = lastWords(ended)
  const message = 'the tensorflow engine does not run on this machine'
  if (ended.killedBy === 'SIGILL')
    return problem('smoke-test', message, {
      found,
      hint: 'its processor lacks instructions (AVX) that TensorFlow is built with; --engine wasm trains without them',
    })
  if (/GLIBC(XX)?_[\d.]+' not found/.test(ended.said))
    return problem('smoke-test', message, {
      found,
      hint: 'its system libraries are older than TensorFlow needs; use a newer system, or --engine wasm',
    })
  return problem('smoke-test', message, {
    found,
    hint: 'run the install with --force; where that does not help, report these lines; --engine wasm trains here',
  })
}

/** How to report a file system error; undefined for any other error, which is a defect of ours. */
export function fileProblem(error: unknown, folder: string): InputError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(error.code))
  return new InputError([full ? noSpace(folder, null, null) : unwritable(folder, error)])
}
