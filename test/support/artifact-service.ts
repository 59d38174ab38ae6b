import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An artifact as the service keeps it. */
export interface StoredArtifact {
  readonly id: number
  readonly name: string
  readonly mimeType: string | null
  readonly contentType: string | null
  readonly expiresAt: string | null
  readonly content: Buffer
  readonly digest: string
}

export interface ArtifactService {
  readonly url: string
  /** What a runner sets for its steps. */
  readonly env: Readonly<Record<string, string>>
  /** Finalized ones, in order. */
  artifacts(): StoredArtifact[]
  /** One line for each request: method, call, status. */
  readonly requests: string[]
  /** The next so many calls of a method of the service (or `blob`) are answered with this status. */
  fail(what: string, status: number, times: number): void
  /**
   * What is served from now on under a name, whatever was finalized: the digest stays that of the upload, or is left out.
   */
  tamper(name: string, change: { readonly content?: Buffer; readonly digest?: null }): void
  /** An artifact that a job uploaded past this project's code: its digest is right. It replaces one of its name. */
  plant(name: string, content: Buffer): void
  close(): Promise<void>
}

interface Pending {
  readonly id: number
  readonly name: string
  readonly mimeType: string | null
  readonly expiresAt: string | null
  readonly signature: string
  blocks: Map<string, Buffer>
  content: Buffer | null
  contentType: string | null
  final: boolean
  /** Of what was finalized. */
  digest: string | null
}

const run = 'ce7f54c7-61c7-4aae-887f-30da475f5f1a'
const job = 'ca395085-040a-526b-2ce8-bdc85f692774'
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Shaped like the runner's token: three parts, and the ids of run and job in the scope. */
export const token = `${part({ alg: 'none' })}.${part({ scp: `Actions.GenericRead:0 Actions.Results:${run}:${job}` })}.signature`

class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/**
 * Speaks the calls that uploads, lists and downloads make, keeps blobs in memory, and refuses what the real service refuses.
 */
export async function startArtifactService(): Promise<ArtifactService> {
  const store = new Map<string, Pending>()
  const requests: string[] = []
  const failures: { what: string; status: number; times: number }[] = []
  let url = ''

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = new URL(request.url ?? '/', url)
      const what = path.pathname.startsWith('/twirp/') ? (path.pathname.split('/').at(-1) ?? '') : 'blob'
      const planned = failures.find((f) => f.what === what && f.times > 0)
      const body = Buffer.concat(chunks)
      try {
        if (planned && planned.times-- > 0) throw new Refusal(planned.status, 'internal', 'planned failure')
        if (what === 'blob') blob(store, request, path, body, response)
        else answer(response, 200, twirp(store, url, what, request, body))
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        answer(response, error.status, { code: error.code, msg: error.message })
      }
      requests.push([request.method, what, path.searchParams.get('comp') ?? '', response.statusCode].join(' '))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    env: { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: url },
    artifacts: () => [...store.values()].filter((a) => a.final).map(stored),
    requests,
    fail: (what, status, times) => void failures.push({ what, status, times }),
    tamper: (name, change) => {
      const artifact = store.get(name)
      if (!artifact) throw new Error(`there is no artifact ${name}`)
      Object.assign(artifact, change)
    },
    plant: (name, content) =>
      void store.set(name, {
        id: store.get(name)?.id ?? 1000 + store.size,
        name,
        mimeType: 'application/json',
        expiresAt: null,
        signature: randomBytes(12).toString('hex'),
        blocks: new Map(),
        content,
        contentType: 'application/json',
        final: true,
        digest: `sha256:${sha256(content)}`,
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function stored(a: Pending): StoredArtifact {
  const content = a.content ?? Buffer.alloc(0)
  const { id, name, mimeType, contentType, expiresAt } = a
  return { id, name, mimeType, contentType, expiresAt, content, digest: sha256(content) }
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

type Body = Readonly<Record<string, unknown>>

function twirp(store: Map<string, Pending>, url: string, method: string, request: IncomingMessage, body: Buffer): Body {
  const path = `/twirp/github.actions.results.api.v1.ArtifactService/${method}`
  if (request.method !== 'POST' || request.url !== path) throw new Refusal(404, 'bad_route', `no handler for ${request.url}`)
  if (request.headers.authorization !== `Bearer ${token}`)
    throw new Refusal(401, 'unauthenticated', 'the token is not valid')
  if (!request.headers['content-type']?.startsWith('application/json')) throw new Refusal(400, 'malformed', 'not JSON')
  const message = JSON.parse(body.toString()) as Body
  if (message['workflow_run_backend_id'] !== run || message['workflow_job_run_backend_id'] !== job) {
    throw new Refusal(403, 'permission_denied', 'the ids are not those of the token')
  }
  if (method === 'CreateArtifact') return create(store, url, message)
  if (method === 'FinalizeArtifact') return finalize(store, message)
  if (method === 'ListArtifacts') return list(store, message)
  if (method === 'GetSignedArtifactURL') return signed(store, url, message)
  throw new Refusal(404, 'bad_route', `no method ${method}`)
}

function create(store: Map<string, Pending>, url: string, message: Body): Body {
  const name = String(message['name'] ?? '')
  if (name === '' || /["\\/:<>|*?\r\n]/.test(name)) throw new Refusal(400, 'invalid_argument', 'the name is not valid')
  if (message['version'] !== 7 && message['version'] !== 4)
    throw new Refusal(400, 'invalid_argument', 'the version is not known')
  if (store.has(name))
    throw new Refusal(409, 'already_exists', 'an artifact with this name already exists on the workflow run')
  const text = (key: string): string | null => (typeof message[key] === 'string' ? message[key] : null)
  const signature = randomBytes(12).toString('hex')
  store.set(name, {
    id: 1000 + store.size,
    name,
    mimeType: text('mime_type'),
    expiresAt: text('expires_at'),
    signature,
    blocks: new Map(),
    content: null,
    contentType: null,
    final: false,
    digest: null,
  })
  return { ok: true, signed_upload_url: `${url}container/${encodeURIComponent(name)}?sig=${signature}&se=2099-01-01` }
}

function finalize(store: Map<string, Pending>, message: Body): Body {
  const artifact = store.get(String(message['name']))
  if (!artifact) throw new Refusal(404, 'not_found', 'no such artifact')
  if (!artifact.content) throw new Refusal(400, 'failed_precondition', 'nothing was uploaded')
  if (String(message['size']) !== String(artifact.content.length))
    throw new Refusal(400, 'invalid_argument', 'the size differs')
  if (message['hash'] !== `sha256:${sha256(artifact.content)}`)
    throw new Refusal(400, 'invalid_argument', 'the hash differs')
  artifact.final = true
  artifact.digest = String(message['hash'])
  return { ok: true, artifact_id: String(artifact.id) }
}

/** Only fields that the service knows: a misspelled filter would list everything and pass here alone. */
function known(message: Body, ...fields: readonly string[]): void {
  const ids = ['workflow_run_backend_id', 'workflow_job_run_backend_id']
  const other = Object.keys(message).find((key) => ![...ids, ...fields].includes(key))
  if (other !== undefined) throw new Refusal(400, 'malformed', `unknown field ${other}`)
}

function list(store: Map<string, Pending>, message: Body): Body {
  known(message, 'name_filter', 'id_filter')
  const { name_filter: name, id_filter: id } = message
  if (name !== undefined && typeof name !== 'string') throw new Refusal(400, 'malformed', 'name_filter is not a string')
  if (id !== undefined && !/^\d+$/.test(String(id))) throw new Refusal(400, 'malformed', 'id_filter is not a number')
  const wanted = (a: Pending): boolean =>
    a.final && (name === undefined || a.name === name) && (id === undefined || String(a.id) === String(id))
  const artifacts = [...store.values()].filter(wanted).map((a) => ({
    workflow_run_backend_id: run,
    workflow_job_run_backend_id: job,
    database_id: String(a.id),
    name: a.name,
    size: String(a.content?.length ?? 0),
    ...(a.digest === null ? {} : { digest: a.digest }),
  }))
  return { artifacts }
}

/** An address that needs no token and holds for this artifact alone; another one than it was uploaded to. */
function signed(store: Map<string, Pending>, url: string, message: Body): Body {
  known(message, 'name')
  const artifact = store.get(String(message['name']))
  if (!artifact?.final) throw new Refusal(404, 'not_found', 'no such artifact')
  return { signed_url: `${url}container/${encodeURIComponent(artifact.name)}?rsig=${readSignature(artifact)}&se=2099-01-01` }
}

const readSignature = ({ signature }: Pending): string => sha256(Buffer.from(`read ${signature}`)).slice(0, 24)

function download(artifact: Pending, path: URL, response: ServerResponse): void {
  if (path.searchParams.get('rsig') !== readSignature(artifact)) throw new Refusal(403, 'AuthenticationFailed', 'not signed')
  const file = artifact.mimeType === 'application/zip' ? `${artifact.name}.zip` : artifact.name
  response
    .writeHead(200, {
      'content-type': artifact.mimeType ?? 'application/zip',
      'content-length': artifact.content?.length ?? 0,
      'content-disposition': `attachment; filename="${file}"; filename*=UTF-8''${encodeURIComponent(file)}`,
    })
    .end(artifact.content)
}

/** The blob storage behind the signed address: blocks are staged, then a list of them is committed; or one PUT does both. */
function blob(
  store: Map<string, Pending>,
  request: IncomingMessage,
  path: URL,
  body: Buffer,
  response: ServerResponse,
): void {
  const artifact = store.get(decodeURIComponent(path.pathname.replace('/container/', '')))
  if (artifact && request.method === 'GET') return download(artifact, path, response)
  if (!artifact || path.searchParams.get('sig') !== artifact.signature)
    throw new Refusal(403, 'AuthenticationFailed', 'not signed')
  if (request.method !== 'PUT') throw new Refusal(405, 'UnsupportedHttpVerb', 'only PUT')
  const type = request.headers['x-ms-blob-content-type']
  switch (path.searchParams.get('comp')) {
    case 'block':
      artifact.blocks.set(path.searchParams.get('blockid') ?? '', body)
      break
    case 'blocklist': {
      const names = [...body.toString().matchAll(/<(?:Latest|Uncommitted)>([^<]*)</g)].map((m) => m[1] ?? '')
      artifact.content = Buffer.concat(names.map((name) => artifact.blocks.get(name) ?? missingBlock()))
      break
    }
    default:
      if (request.headers['x-ms-blob-type'] !== 'BlockBlob')
        throw new Refusal(400, 'MissingRequiredHeader', 'x-ms-blob-type')
      artifact.content = body
  }
  if (typeof type === 'string') artifact.contentType = type
  response.writeHead(201, { etag: '"1"', 'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT', 'x-ms-request-id': '1' }).end()
}

function missingBlock(): never {
  throw new Refusal(400, 'InvalidBlockList', 'a block of the list was not uploaded')
}
