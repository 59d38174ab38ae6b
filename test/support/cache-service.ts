import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { token } from './artifact-service.ts'

export interface CacheService {
  /** What a runner sets for its steps. */
  readonly env: Readonly<Record<string, string>>
  /** Keys of finished entries. */
  keys(): string[]
  /** Every call of the service, by method. */
  readonly calls: string[]
  /** Replaces the content of all entries. */
  spoil(content: Buffer): void
  /** `read-only`: as for a run of a comment or a fork; `broken`: every call is answered by 400, which is not tried again. */
  state: 'up' | 'read-only' | 'broken'
  close(): Promise<void>
}

interface Message {
  readonly key: string
  readonly version: string
  readonly restore_keys?: readonly string[]
}

interface Entry {
  content: Buffer
  final: boolean
  readonly blocks: Map<string, Buffer>
}

/** The Actions cache, second version: Twirp calls for entries, and blobs behind signed addresses. Kept in memory. */
export async function startCacheService(): Promise<CacheService> {
  const entries = new Map<string, Entry>()
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = new URL(request.url ?? '/', url())
      const answer = (status: number, value: unknown): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      if (service.state === 'broken') return answer(400, { code: 'malformed', msg: 'the service is broken' })
      if (path.pathname.startsWith('/blob/')) {
        const entry = entries.get(decodeURIComponent(path.pathname.slice('/blob/'.length)))
        if (!entry) return answer(404, {})
        if (request.method === 'GET' || request.method === 'HEAD') {
          response.writeHead(200, { 'content-length': entry.content.length })
          return void response.end(request.method === 'GET' ? entry.content : undefined)
        }
        upload(entry, path.searchParams, body)
        return void response.writeHead(201, { etag: '"1"', 'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT' }).end()
      }
      if (request.headers.authorization !== `Bearer ${token}`) return answer(401, { code: 'unauthenticated', msg: 'no' })
      const message = JSON.parse(body.toString()) as Message
      return answer(200, call(path.pathname.split('/').at(-1) ?? '', message))
    })
  })
  const addressOf = (id: string): string => `${url()}blob/${encodeURIComponent(id)}?sig=1`
  const call = (method: string, { key, version, restore_keys: prefixes = [] }: Message): unknown => {
    service.calls.push(method)
    const id = `${key} ${version}`
    const address = addressOf(id)
    const entry = entries.get(id)
    switch (method) {
      case 'GetCacheEntryDownloadURL': {
        // The newest of those that a prefix matches.
        const fits = ([name, { final }]: readonly [string, Entry]): boolean =>
          final && name.endsWith(` ${version}`) && prefixes.some((prefix) => name.startsWith(prefix))
        const found = entry?.final ? id : [...entries].reverse().find(fits)?.[0]
        if (found === undefined) return { ok: false }
        return { ok: true, signed_download_url: addressOf(found), matched_key: found.split(' ')[0] }
      }
      case 'CreateCacheEntry':
        if (service.state === 'read-only') return { ok: false, message: 'cache write denied: this run may only read' }
        if (entry) return { ok: false }
        entries.set(id, { content: Buffer.of(), final: false, blocks: new Map() })
        return { ok: true, signed_upload_url: address }
      case 'FinalizeCacheEntryUpload':
        if (entry) entry.final = true
        return { ok: entry !== undefined, entry_id: '1' }
      default:
        return { ok: false }
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const service: CacheService = {
    state: 'up',
    calls: [],
    env: { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: url(), ACTIONS_CACHE_SERVICE_V2: 'true' },
    keys: () => [...entries].filter(([, e]) => e.final).map(([id]) => id.split(' ')[0] ?? ''),
    spoil: (content) => {
      for (const entry of entries.values()) entry.content = content
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return service
}

/** Blocks come in any order and are put in that of the list; a small blob comes as one. */
function upload(entry: Entry, query: URLSearchParams, body: Buffer): void {
  const comp = query.get('comp')
  if (comp === 'block') entry.blocks.set(query.get('blockid') ?? '', body)
  else if (comp !== 'blocklist') entry.content = body
  else {
    const names = [...body.toString().matchAll(/<Latest>([^<]*)</g)].map((m) => m[1] ?? '')
    entry.content = Buffer.concat(names.map((name) => entry.blocks.get(name) ?? Buffer.of()))
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
