import { err, ok, type Result } from '../base/result.ts'
import type { Api, ApiProblem } from './api.ts'

/** Text of a file at a commit; null where the commit has none, which a 404 says only to those who may read the commit itself. */
export async function contentAt(api: Api, sha: string, path: string): Promise<Result<string | null, ApiProblem>> {
  const answer = await api.call('GET /repos/{owner}/{repo}/contents/{+path}', {
    path: path.split('/').map(encodeURIComponent).join('/'), ref: sha, headers: { accept: 'application/vnd.github.raw+json' },
  })
  if (answer.ok) return typeof answer.value === 'string' ? ok(answer.value) : err({ status: 200, message: `${path} is not a file there` })
  if (answer.error.status !== 404) return answer
  const commit = await api.call('GET /repos/{owner}/{repo}/git/commits/{sha}', { sha })
  return commit.ok ? ok(null) : commit
}
