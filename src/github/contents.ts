import { isMap } from '../base/json.ts'
import { err, ok, type Result } from '../base/result.ts'
import { lookUp, type TreeEntry } from '../base/tree-path.ts'
import type { Api, ApiProblem } from './api.ts'

/**
 * Text of a file at a commit; null if the commit has none. GitHub also answers 404 for what a token may not read and for a
 * path through a link, so only the trees of the commit prove that a file is absent.
 */
export async function contentAt(api: Api, sha: string, path: string): Promise<Result<string | null, ApiProblem>> {
  const answer = await contents(api, sha, path, 'raw')
  if (!answer.ok) return answer
  if (answer.value === null) return ok(null)
  return typeof answer.value === 'string' ? ok(answer.value) : err({ status: 200, message: `${path} is not a file there` })
}

/** A plain file at a commit, whatever its content, with a way to read it; null if the commit has none. */
export async function blobOf(api: Api, sha: string, path: string): Promise<Result<Blob | null, string>> {
  const answer = await contents(api, sha, path, 'object')
  if (!answer.ok) return err(answer.error.message)
  if (!isMap(answer.value)) return ok(null)
  const { type, sha: id, size } = answer.value
  // GitHub describes a link as a link, or as its target, which has another path.
  if (type !== 'file' || answer.value['path'] !== path || typeof id !== 'string' || typeof size !== 'number') return ok(null)
  return ok({ id, bytes: size, read: () => blobBytes(api, id) })
}

interface Blob {
  readonly id: string
  readonly bytes: number
  read(): Promise<Result<Buffer, string>>
}

async function blobBytes(api: Api, id: string): Promise<Result<Buffer, string>> {
  const answer = await api.call('GET /repos/{owner}/{repo}/git/blobs/{id}', { id })
  if (!answer.ok) return err(answer.error.message)
  const { encoding, content } = isMap(answer.value) ? answer.value : {}
  if (encoding !== 'base64' || typeof content !== 'string') return err('GitHub returned no content')
  return ok(Buffer.from(content, 'base64'))
}

async function contents(api: Api, sha: string, path: string, media: 'raw' | 'object'): Promise<Result<unknown, ApiProblem>> {
  const answer = await api.call('GET /repos/{owner}/{repo}/contents/{+path}', {
    path: path.split('/').map(encodeURIComponent).join('/'),
    ref: sha,
    headers: { accept: `application/vnd.github.${media}+json` },
  })
  return answer.ok || answer.error.status !== 404 ? answer : absentAt(api, sha, path)
}

async function absentAt(api: Api, sha: string, path: string): Promise<Result<null, ApiProblem>> {
  const commit = await api.call('GET /repos/{owner}/{repo}/git/commits/{sha}', { sha })
  if (!commit.ok) return commit
  const tree = isMap(commit.value) && isMap(commit.value['tree']) ? commit.value['tree']['sha'] : null
  let problem: ApiProblem = { status: 404, message: `${path} is listed but cannot be read` }
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
  return entries.every((e) => e !== null)
    ? ok(entries)
    : err({ status: 200, message: 'GitHub did not list the full folder' })
}

function entryOf(value: unknown): TreeEntry | null {
  if (!isMap(value)) return null
  const { path: name, mode, sha: id } = value
  return typeof name === 'string' && typeof mode === 'string' && typeof id === 'string' ? { name, mode, id } : null
}
