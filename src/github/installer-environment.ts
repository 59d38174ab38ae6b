import { realpathSync } from 'node:fs'
import { delimiter, isAbsolute } from 'node:path'
import { insideWorkspace } from './environment.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Lists of folders in which programs and libraries are looked up. */
const lists = ['PATH', 'LD_LIBRARY_PATH']
/** Paths of files and folders. */
const paths = [
  'HOME',
  'TMPDIR',
  'SDKROOT',
  'DEVELOPER_DIR',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
]
/** The addresses of the registries and the way to them. Everything that they serve is checked against the pins. */
const network = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NPM_CONFIG_REGISTRY', 'PIP_INDEX_URL']
const plain = ['LANG', 'LC_ALL', 'USER', 'LOGNAME', ...network]

/**
 * The variables that npm, pip and the compiler see in a step, and no others. They include no token or secret of the job, and
 * nothing that makes these tools run a program or load a library of somebody's choice (`NODE_OPTIONS`, `LD_PRELOAD`,
 * `PYTHONPATH`, `npm_config_…`). Relative paths and paths into the checkout are left out, because a change wrote what they
 * point to.
 */
export function installerEnvironment(workspace: string, env: Variables = process.env): Variables {
  const trusted = (path: string): boolean => isAbsolute(path) && insideWorkspace(real(path), real(workspace)) === null
  // A program and its options. A program without a folder is looked up in PATH.
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

/** A link that leads into the checkout counts as inside it. */
function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
