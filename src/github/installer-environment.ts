import { realpathSync } from 'node:fs'
import { delimiter, isAbsolute } from 'node:path'
import { insideWorkspace } from './environment.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Lists of folders that programs and libraries are looked for in. */
const lists = ['PATH', 'LD_LIBRARY_PATH']
/** Paths of files and folders. */
const paths = [
  'HOME', 'TMPDIR', 'SDKROOT', 'DEVELOPER_DIR',
  'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'PIP_CERT',
]
/** Where the registries are, and the way to them. Whatever they answer is held against the pins. */
const network = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NPM_CONFIG_REGISTRY', 'PIP_INDEX_URL']
const plain = ['LANG', 'LC_ALL', 'USER', 'LOGNAME', ...network]

/**
 * What npm, pip and the compiler get to see in a step: these variables and no other. No token or secret of the job is
 * among them, and nothing that makes them run a program or load a library of somebody's choice (`NODE_OPTIONS`,
 * `LD_PRELOAD`, `PYTHONPATH`, `npm_config_…`). Relative paths and paths into the checkout are left out: a change wrote
 * what they lead to.
 */
export function installerEnvironment(workspace: string, env: Variables = process.env): Variables {
  const trusted = (path: string): boolean => isAbsolute(path) && insideWorkspace(real(path), real(workspace)) === null
  // A program and its options. One that is named without a folder is looked for in PATH.
  const command = (text: string): boolean => text.split(/\s+/).every((word) => !word.includes('/') || trusted(word))
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value = '']): [string, string][] => {
      const upper = name.toUpperCase()
      if (plain.includes(upper)) return [[name, value]]
      if (paths.includes(name)) return trusted(value) ? [[name, value]] : []
      if (lists.includes(name)) return [[name, value.split(delimiter).filter(trusted).join(delimiter)]]
      if (name === 'CXX') return command(value) ? [[name, value]] : []
      return []
    }),
  )
}

/** A link that leads into the checkout is in it. */
function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
