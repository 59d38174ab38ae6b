import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { treeId, treesOf } from './rest-trees.ts'

/** The part of GitHub's REST API that this project calls, for one repository, with the shapes of the real answers. */
export interface RestEmulator {
  readonly url: string
  readonly token: string
  readonly state: RepositoryState
  /** One line for each request: method, path without the repository, status. */
  readonly requests: string[]
  /** The next so many requests whose `METHOD /path` matches are answered so, without being carried out. */
  script(match: RegExp, status: number, times: number, headers?: Readonly<Record<string, string>>): void
  /** The next so many requests that match are carried out, and their answer is lost. */
  lose(match: RegExp, times: number): void
  close(): Promise<void>
}

export interface RepositoryState {
  /** Permission by login; whoever is not here has none. */
  readonly permissions: Map<string, { permission: string; id: number }>
  readonly pulls: Map<number, EmulatedPull>
  readonly comments: EmulatedComment[]
  readonly reactions: { comment: number; content: string }[]
  readonly checkRuns: Record<string, unknown>[]
  readonly statuses: Record<string, unknown>[]
  /** Content by `path@ref`. */
  readonly contents: Map<string, string | Buffer>
  /** Commits that the token may see; a file that one of them lacks is not there, and of any other nothing is told. */
  readonly commits: Set<string>
  /** Links of commits by `path@ref`; the API for contents tells nothing of what lies behind them. */
  readonly links: Set<string>
  /** What the token may write: `issues`, `checks`, `statuses`. */
  readonly mayWrite: Set<string>
}

export interface EmulatedPull {
  /** The head moves on to the next with each time it is read, and stays at the last. */
  heads: string[]
  base: string
  state: 'open' | 'closed'
  /** Id of the repository that the head lies in; 1 is this one, null is one that was deleted. */
  headRepository: number | null
  /** The base branch; main where it is left out. */
  into?: string
  timeline: { event: string; created_at?: string; [key: string]: unknown }[]
}

export interface EmulatedComment {
  readonly id: number
  readonly pull: number
  body: string
  readonly login: string
  readonly type: 'User' | 'Bot'
}

class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const emulatedToken = 'ghs_0123456789abcdefghijABCDEFGHIJ012345'
const repository = '/repos/octo/nets'

export async function startRestEmulator(): Promise<RestEmulator> {
  const state: RepositoryState = {
    permissions: new Map(),
    pulls: new Map(),
    comments: [],
    reactions: [],
    checkRuns: [],
    statuses: [],
    contents: new Map(),
    commits: new Set(),
    links: new Set(),
    mayWrite: new Set(['issues', 'checks', 'statuses']),
  }
  const requests: string[] = []
  const scripted: { match: RegExp; status: number; times: number; headers: Readonly<Record<string, string>> }[] = []
  const lost: { match: RegExp; times: number }[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://emulator')
      const path = decodeURIComponent(url.pathname).replace(repository, '')
      const line = `${request.method} ${path}`
      const planned = scripted.find((s) => s.times > 0 && s.match.test(line))
      const reply =
        planned && planned.times-- > 0
          ? {
              status: planned.status,
              headers: planned.headers,
              value: { message: 'planned', documentation_url: 'https://docs.github.com/rest' },
            }
          : { headers: {}, ...answered(state, request, url, path, body) }
      const vanished = lost.find((l) => l.times > 0 && l.match.test(line))
      requests.push(`${line} ${reply.status}`)
      if (vanished && vanished.times-- > 0) return void response.writeHead(502).end('<html>Bad Gateway</html>')
      const raw = typeof reply.value === 'string'
      const text = raw ? String(reply.value) : JSON.stringify(reply.value)
      response
        .writeHead(reply.status, {
          'content-type': raw ? 'application/vnd.github.raw; charset=utf-8' : 'application/json; charset=utf-8',
          ...reply.headers,
        })
        .end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: emulatedToken,
    state,
    requests,
    script: (match, status, times, headers = {}) => void scripted.push({ match, status, times, headers }),
    lose: (match, times) => void lost.push({ match, times }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>)
}

interface Reply {
  readonly status: number
  readonly value: unknown
}

function answered(
  state: RepositoryState,
  request: IncomingMessage,
  url: URL,
  path: string,
  body: Record<string, unknown>,
): Reply {
  try {
    if (request.headers.authorization !== `token ${emulatedToken}`) throw new Refusal(401, 'Bad credentials')
    for (const { method, pattern, reply } of routes) {
      const match = pattern.exec(path)
      if (match && request.method === method) return reply({ state, body, url, parts: match.slice(1), request })
    }
    throw new Refusal(404, 'Not Found')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return {
      status: error.status,
      value: { message: error.message, documentation_url: 'https://docs.github.com/rest', status: String(error.status) },
    }
  }
}

interface Call {
  readonly state: RepositoryState
  readonly body: Record<string, unknown>
  readonly url: URL
  readonly parts: readonly string[]
  readonly request: IncomingMessage
}
type Route = { readonly method: string; readonly pattern: RegExp; readonly reply: (call: Call) => Reply }

const route = (method: string, pattern: RegExp, reply: (call: Call) => Reply): Route => ({ method, pattern, reply })
const found = (value: unknown): Reply => ({ status: 200, value })
const made = (value: unknown): Reply => ({ status: 201, value })

function mayWrite({ state }: Call, what: string): void {
  if (!state.mayWrite.has(what)) throw new Refusal(403, 'Resource not accessible by integration')
}

function paged<T>({ url }: Call, all: readonly T[]): T[] {
  const [size, page] = [Number(url.searchParams.get('per_page') ?? 30), Number(url.searchParams.get('page') ?? 1)]
  return all.slice((page - 1) * size, page * size)
}

function pullOf({ state, parts }: Call): EmulatedPull {
  const pull = state.pulls.get(Number(parts[0]))
  if (!pull) throw new Refusal(404, 'Not Found')
  return pull
}

function commentView(c: EmulatedComment): unknown {
  return {
    id: c.id,
    body: c.body,
    user: { login: c.login, id: c.type === 'Bot' ? 41898282 : 5, type: c.type },
    html_url: `https://github.com/octo/nets/pull/${c.pull}#issuecomment-${c.id}`,
  }
}

/** As the platform checks it: at most 65536 characters, and not nothing. */
function checkBody(body: unknown): string {
  if (typeof body !== 'string' || body === '') throw new Refusal(422, 'Validation Failed: body cannot be blank')
  if (body.length > 65_536) throw new Refusal(422, 'Validation Failed: body is too long (maximum is 65536 characters)')
  return body
}

function checkRunBody(body: Record<string, unknown>): Record<string, unknown> {
  const output = body['output'] as
    | { summary: string; annotations?: { message: string; start_line: number; path: string }[] }
    | undefined
  if ((output?.annotations?.length ?? 0) > 50) throw new Refusal(422, 'No more than 50 annotations are allowed')
  if ((output?.summary.length ?? 0) > 65_535) throw new Refusal(422, 'summary exceeds a maximum of 65535 characters')
  for (const a of output?.annotations ?? []) {
    if (!(a.start_line >= 1) || a.message === '' || a.path === '' || a.path.startsWith('/'))
      throw new Refusal(422, 'an annotation is not valid')
    if (Buffer.byteLength(a.message) > 64 * 1024) throw new Refusal(422, 'message is too long')
  }
  return body
}

/** As git names the content of a file. */
const blobId = (bytes: Buffer): string => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

const routes: readonly Route[] = [
  route('GET', /^\/collaborators\/([^/]+)\/permission$/, ({ state, parts }) => {
    const known = state.permissions.get(parts[0] ?? '')
    if (!known) throw new Refusal(404, `${parts[0]} is not a user`)
    const { permission, id } = known
    return found({ permission, role_name: permission, user: { login: parts[0], id, type: 'User' } })
  }),
  route('GET', /^\/pulls\/(\d+)$/, (call) => {
    const pull = pullOf(call)
    const head = pull.heads.length > 1 ? pull.heads.shift() : pull.heads[0]
    const repo =
      pull.headRepository === null
        ? null
        : { id: pull.headRepository, full_name: pull.headRepository === 1 ? 'octo/nets' : 'mallory/nets' }
    return found({
      number: Number(call.parts[0]),
      state: pull.state,
      head: { sha: head, ref: 'change', repo },
      base: { sha: pull.base, ref: pull.into ?? 'main', repo: { id: 1, full_name: 'octo/nets' } },
    })
  }),
  route('GET', /^\/issues\/(\d+)\/timeline$/, (call) => found(paged(call, pullOf(call).timeline))),
  route('GET', /^\/issues\/(\d+)\/comments$/, (call) =>
    found(
      paged(
        call,
        call.state.comments.filter((c) => c.pull === Number(call.parts[0])),
      ).map(commentView),
    ),
  ),
  route('POST', /^\/issues\/(\d+)\/comments$/, (call) => {
    mayWrite(call, 'issues')
    const id = 9000 + call.state.comments.length
    const comment: EmulatedComment = {
      id,
      pull: Number(call.parts[0]),
      body: checkBody(call.body['body']),
      login: 'github-actions[bot]',
      type: 'Bot',
    }
    call.state.comments.push(comment)
    return made(commentView(comment))
  }),
  route('PATCH', /^\/issues\/comments\/(\d+)$/, (call) => {
    mayWrite(call, 'issues')
    const comment = call.state.comments.find((c) => c.id === Number(call.parts[0]))
    if (!comment) throw new Refusal(404, 'Not Found')
    comment.body = checkBody(call.body['body'])
    return found(commentView(comment))
  }),
  route('POST', /^\/issues\/comments\/(\d+)\/reactions$/, (call) => {
    mayWrite(call, 'issues')
    const reaction = { comment: Number(call.parts[0]), content: String(call.body['content']) }
    call.state.reactions.push(reaction)
    return made({ id: call.state.reactions.length, ...reaction })
  }),
  route('GET', /^\/commits\/([0-9a-f]{40})\/check-runs$/, (call) => {
    const runs = call.state.checkRuns.filter(
      (r) => r['head_sha'] === call.parts[0] && r['name'] === call.url.searchParams.get('check_name'),
    )
    return found({ total_count: runs.length, check_runs: paged(call, runs) })
  }),
  route('POST', /^\/check-runs$/, (call) => {
    mayWrite(call, 'checks')
    const run = { id: 500 + call.state.checkRuns.length, app: { slug: 'github-actions' }, ...checkRunBody(call.body) }
    call.state.checkRuns.push(run)
    return made(run)
  }),
  route('PATCH', /^\/check-runs\/(\d+)$/, (call) => {
    mayWrite(call, 'checks')
    const run = call.state.checkRuns.find((r) => r['id'] === Number(call.parts[0]))
    if (!run) throw new Refusal(404, 'Not Found')
    return found(Object.assign(run, checkRunBody(call.body)))
  }),
  route('POST', /^\/statuses\/([0-9a-f]{40})$/, (call) => {
    mayWrite(call, 'statuses')
    if (String(call.body['description'] ?? '').length > 140)
      throw new Refusal(422, 'description is too long (maximum is 140 characters)')
    call.state.statuses.push({ sha: call.parts[0], ...call.body })
    return made(call.body)
  }),
  route('GET', /^\/git\/commits\/([0-9a-f]{40})$/, ({ state, parts }) => {
    if (!state.commits.has(parts[0] ?? '')) throw new Refusal(404, 'Not Found')
    return found({ sha: parts[0], message: 'base', tree: { sha: treeId(parts[0] ?? '', '') } })
  }),
  route('GET', /^\/git\/trees\/([0-9a-f]{40})$/, ({ state, parts }) => {
    const tree = treesOf(state).get(parts[0] ?? '')
    if (!tree) throw new Refusal(404, 'Not Found')
    return found({ sha: parts[0], tree, truncated: false })
  }),
  route('GET', /^\/contents\/(.+)$/, ({ state, parts, url, request }) => {
    const text = state.contents.get(`${parts[0]}@${url.searchParams.get('ref')}`)
    if (text === undefined) throw new Refusal(404, 'Not Found')
    if (request.headers.accept?.includes('raw')) return found(text.toString())
    const bytes = Buffer.from(text)
    const small = bytes.length <= 1024 * 1024
    return found({
      type: 'file',
      path: parts[0],
      sha: blobId(bytes),
      size: bytes.length,
      encoding: small ? 'base64' : 'none',
      content: small ? bytes.toString('base64') : '',
    })
  }),
  route('GET', /^\/git\/blobs\/([0-9a-f]{40})$/, ({ state, parts }) => {
    const bytes = [...state.contents.values()].map((text) => Buffer.from(text)).find((b) => blobId(b) === parts[0])
    if (bytes === undefined) throw new Refusal(404, 'Not Found')
    return found({
      sha: parts[0],
      size: bytes.length,
      encoding: 'base64',
      content: bytes.toString('base64').replace(/.{60}/g, '$&\n'),
    })
  }),
]
