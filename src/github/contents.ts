import { err, ok, type Result } from '../base/result.ts'
import { lookUp, type TreeEntry } from '../base/tree-path.ts'
import type { Api, ApiProblem } from './api.ts'
import { isMap } from './comment/request.ts'

/**
 * Text of a file at a commit; null if the commit has none. GitHub answers 404 also for what a token may not read and for a path
 * through a link, so only the trees of the commit say that a file is absent.
 */
export async function contentAt(api: Api, sha: string, path: string): Promise<Result<string | null, ApiProblem>> {
  const answer = await api.call('GET /repos/{owner}/{repo}/contents/{+path}', {
    path: path.split('/').map(encodeURIComponent).join('/'), ref: sha, headers: { accept: 'application/vnd.github.raw+json' },
  })
  if (answer.ok) return typeof answer.value === 'string' ? ok(answer.value) : err({ status: 200, message: `${path} is not a file there` })
  return answer.error.status === 404 ? absentAt(api, sha, path) : answer
}

async function absentAt(api: Api, sha: string, path: string): Promise<Result<null, ApiProblem>> {
  const commit = await api.call('GET /repos/{owner}/{repo}/git/commits/{sha}', { sha })
  if (!commit.ok) return commit
  const tree = isMap(commit.value) && isMap(commit.value['tree']) ? commit.value['tree']['sha'] : null
  let problem: ApiProblem = { status: 404, message: `${path} is listed, and cannot be read` }
  const found = await lookUp(String(tree), path, async (id) => {
    const entries = await treeAt(api, id)
    if (!entries.ok) problem = entries.error
    return entries.ok ? entries.value : null
  })
  if (found.is === 'absent') return ok(null)
  return err(found.is === 'odd' ? { status: 200, message: found.why } : problem)
}

async function treeAt(api: Api, id: string): Promise<Result<readonly TreeEntry[], ApiProblem>> {
  const answer = await api.call('GET /repos/{owner}/{repo}/git/trees/{id}', { id })
  if (!answer.ok) return answer
  const tree = isMap(answer.value) && answer.value['truncated'] === false ? answer.value['tree'] : null
  const entries = Array.isArray(tree) ? tree.map(entryOf) : [null]
  return entries.every((e) => e !== null) ? ok(entries) : err({ status: 200, message: 'GitHub did not list the whole folder' })
}

function entryOf(value: unknown): TreeEntry | null {
  if (!isMap(value)) return null
  const { path: name, mode, sha: id } = value
  return typeof name === 'string' && typeof mode === 'string' && typeof id === 'string' ? { name, mode, id } : null
}
