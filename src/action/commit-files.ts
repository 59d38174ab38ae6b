import { execFileSync } from 'node:child_process'
import { posix } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { githubApi } from '../github/api.ts'
import { readToken } from '../github/comment/inputs.ts'
import type { Runner } from '../github/environment.ts'

/** A file of a commit, from the checkout where it has that commit, else from GitHub; null where the commit has no such file. */
export async function fileAt(sha: string, path: string, runner: Runner): Promise<string | null> {
  const name = inRepository(path)
  if (git(runner, 'cat-file', '-e', `${sha}^{commit}`) !== null) return git(runner, 'cat-file', 'blob', `${sha}:${name}`)
  const api = githubApi({ token: readToken(), repository: runner.repository, baseUrl: runner.apiUrl })
  const answer = await api.call('GET /repos/{owner}/{repo}/contents/{+path}', {
    path: name.split('/').map(encodeURIComponent).join('/'), ref: sha, headers: { accept: 'application/vnd.github.raw+json' },
  })
  if (answer.ok) return String(answer.value)
  if (answer.error.status === 404) return null
  throw new InputError([{
    code: 'verify/no-base', severity: 'error', message: 'inconclusive: the base commit cannot be read', found: `${sha}: ${answer.error.message}`,
    hint: 'give actions/checkout `fetch-depth: 0`, or this step a `token`',
  }])
}

/** Whether the checkout's commit holds the file: then it is the change's own. Where there is no such commit it may be. */
export function isCommitted(path: string, runner: Runner): boolean {
  if (git(runner, 'cat-file', '-e', 'HEAD^{commit}') === null) return true
  return git(runner, 'cat-file', '-e', `HEAD:${inRepository(path)}`) !== null
}

const inRepository = (path: string): string => posix.normalize(path.replaceAll('\\', '/'))

/** Null where git says no. No setting of a checkout names a program for these. */
function git({ workspace }: Runner, ...args: readonly string[]): string | null {
  try {
    return execFileSync('git', ['-c', 'safe.directory=*', ...args], {
      cwd: workspace, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024,
    })
  } catch {
    return null
  }
}
