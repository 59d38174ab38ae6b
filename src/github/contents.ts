import { err, ok, type Result } from '../base/result.ts'
import type { Api, ApiProblem } from './api.ts'
import { isMap } from './comment/request.ts'

/** Text of a file at a commit; null where the commit has none, which a 404 says only to those who may read the commit itself. */
export async function contentAt(api: Api, sha: string, path: string): Promise<Result<string | null, ApiProblem>> {
  const answer = await contents(api, sha, path, 'raw')
  if (!answer.ok) return answer
  if (answer.value === null) return ok(null)
  return typeof answer.value === 'string' ? ok(answer.value) : err({ status: 200, message: `${path} is not a file there` })
}

/** A plain file at a commit, whatever is in it, with a way to read it; null where the commit has none. */
export async function blobOf(api: Api, sha: string, path: string): Promise<Result<Blob | null, string>> {
  const answer = await contents(api, sha, path, 'object')
  if (!answer.ok) return err(answer.error.message)
  if (!isMap(answer.value)) return ok(null)
  const { type, sha: id, size } = answer.value
  // GitHub describes a link as a link, or as the file that it leads to, which has another path.
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
  if (encoding !== 'base64' || typeof content !== 'string') return err('GitHub answered with no content')
  return ok(Buffer.from(content, 'base64'))
}

async function contents(api: Api, sha: string, path: string, media: 'raw' | 'object'): Promise<Result<unknown, ApiProblem>> {
  const answer = await api.call('GET /repos/{owner}/{repo}/contents/{+path}', {
    path: path.split('/').map(encodeURIComponent).join('/'), ref: sha,
    headers: { accept: `application/vnd.github.${media}+json` },
  })
  if (answer.ok || answer.error.status !== 404) return answer
  const commit = await api.call('GET /repos/{owner}/{repo}/git/commits/{sha}', { sha })
  return commit.ok ? ok(null) : commit
}
