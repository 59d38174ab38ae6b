import { execFileSync } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { insideWorkspace } from '../github/environment.ts'

/** Where git works. Git never discovers any of this itself. */
export interface GitPlace {
  /** Absolute path of git. */
  readonly program: string
  /** The folder with `HEAD` and `config`. */
  readonly gitDir: string
  readonly workTree: string
  /** Where objects are, if not in `gitDir`. */
  readonly objects?: string
}

/**
 * Git on the search path; null if it is missing. Folders in the workspace and relative folders do not count: a change can
 * fill them, and Windows searches the current folder first.
 *
 * @param workspace absolute path
 */
export function findGit(workspace: string, path = process.env['PATH'] ?? ''): string | null {
  const name = process.platform === 'win32' ? 'git.exe' : 'git'
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder))
  return folders.map((folder) => join(folder, name)).find((file) => isProgramOutside(file, workspace)) ?? null
}

function isProgramOutside(file: string, workspace: string): boolean {
  try {
    if (!statSync(file).isFile()) return false
    accessSync(file, constants.X_OK)
    const places = [
      [file, workspace],
      [realpathSync.native(file), realpathSync.native(workspace)],
    ] as const
    return places.every(([path, top]) => insideWorkspace(path, top) === null)
  } catch {
    return false
  }
}

/** Settings that override those of any repository: git runs no program, fetches nothing and ignores replaced objects. */
const settings = [
  'safe.bareRepository=explicit',
  'protocol.allow=never',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.sshCommand=false',
  'core.gitProxy=',
  'core.askPass=',
  'credential.helper=',
  'core.pager=cat',
].flatMap((setting) => ['-c', setting])

/** All that git sees of the environment: no token, and no variable that names a repository, a program or more settings. */
const environment = (program: string): NodeJS.ProcessEnv => ({
  PATH: dirname(program),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
  GIT_SSH_COMMAND: 'false',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
})

const mostBytes = 128 * 1024 * 1024
const mostMilliseconds = 120_000

/** What git prints, or null if it fails. Use it only for builtin commands that read. */
export const git = (place: GitPlace, ...args: readonly string[]): string | null =>
  gitBytes(place, ...args)?.toString('utf8') ?? null

/** The same for output that may not be text. */
export function gitBytes({ program, gitDir, workTree, objects }: GitPlace, ...args: readonly string[]): Buffer | null {
  const place = [
    `--git-dir=${gitDir}`,
    `--work-tree=${workTree}`,
    '--no-replace-objects',
    '--literal-pathspecs',
    '--no-pager',
  ]
  try {
    return execFileSync(program, [...place, ...settings, ...args], {
      cwd: gitDir,
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: mostBytes,
      timeout: mostMilliseconds,
      windowsHide: true,
      env: { ...environment(program), ...(objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: objects }) },
    })
  } catch {
    return null
  }
}
