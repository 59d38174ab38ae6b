import { ownCommand } from '../../../base/own-command.ts'
import type { Diagnostic } from '../../../base/diagnostics.ts'
import { problem } from '../../install/problems.ts'
import { lastWords, type Ended } from '../../install/process.ts'

export const withoutNetwork = (): string =>
  `run \`${ownCommand('engine', 'download', 'DIR')}\` on a machine with a network, then ` +
  `\`${ownCommand('engine', 'install', 'tensorflow', '--from', 'DIR')}\` here`

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
