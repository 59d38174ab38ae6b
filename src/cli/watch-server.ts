import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { explainFileError } from '../base/files.ts'
import { InputError } from '../base/diagnostics.ts'
import { waitingPage } from '../report/html/live.ts'
import type { Seen, StudyWatch } from '../study/watch.ts'

/** Only this machine reaches it. */
const host = '127.0.0.1'
const waiting = 'No study runs in this folder yet. Start it in another terminal.'

/**
 * Serves the page of a study to browsers of this machine, and nothing else: three addresses, all read-only. A page of another
 * site cannot read it. Its requests carry its own name in `Host`, even if that name leads here, and are refused.
 */
export class WatchServer {
  private readonly study: StudyWatch
  private readonly server: Server
  /** The page that was made last, and the state that it shows. */
  private made: { readonly version: string; readonly text: Promise<string> } | undefined
  private shown: Seen['state'] = 'waiting'

  constructor(study: StudyWatch) {
    this.study = study
    this.server = createServer((request, response) => {
      this.answer(request, response).catch(() => {
        if (!response.headersSent) response.writeHead(500)
        response.end()
      })
    })
  }

  /** Starts on this port, or on any free one for 0, and returns the address. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, resolve)
    }).catch((error: unknown) => {
      throw explainPort(error, port)
    })
    return `http://${host}:${this.port}/`
  }

  /** Whether a browser has been handed the page of the finished study. */
  get showedTheEnd(): boolean {
    return this.shown === 'finished'
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve())
      this.server.closeIdleConnections()
      // What is still being sent gets a moment.
      setTimeout(() => this.server.closeAllConnections(), 1000).unref()
    })
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  private async answer({ method = '', headers, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const names = [`${host}:${this.port}`, `localhost:${this.port}`]
    if (!names.includes(headers.host ?? '')) return send(response, 421, 'This address is not served here.')
    if (method !== 'GET' && method !== 'HEAD') return send(response, 405, 'This page is read-only.', { allow: 'GET, HEAD' })
    if (url !== '/' && url !== '/now' && url !== '/version') return send(response, 404, 'There is nothing here.')
    const seen = await this.study.look()
    if (url === '/version') return send(response, 200, seen.version)
    const text = await this.pageOf(seen)
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(text)?.[1] ?? "default-src 'none'"
    send(response, 200, method === 'HEAD' ? '' : text, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `${policy}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    })
    // A page that asks for what is new has not shown it yet.
    if (method === 'GET' && url === '/') response.on('finish', () => (this.shown = seen.state))
  }

  /** Made once for each state of the study, however many browsers ask. */
  private pageOf(seen: Seen): Promise<string> {
    if (this.made?.version !== seen.version) {
      const text = this.study.page(seen).then(
        (page) => page ?? waitingPage(seen.version, waiting),
        // The study replaces its files at any moment; the next look finds them whole.
        (error: unknown) => waitingPage(seen.version, problemOf(error)),
      )
      this.made = { version: seen.version, text }
    }
    return this.made.text
  }
}

const problemOf = (error: unknown): string =>
  error instanceof InputError
    ? `The study cannot be shown: ${error.diagnostics.map(({ message, found }) => `${message} (${found ?? ''})`).join('; ')}`
    : 'The files of the study are being replaced.'

function send(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    ...headers,
  })
  response.end(text)
}

function explainPort(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return explainFileError(error, 'watch/port', 'the page cannot be served')
  return new InputError([
    {
      code: 'watch/port',
      severity: 'error',
      message: 'the page cannot be served on this port',
      found: `port ${port}: ${code === 'EACCES' ? 'not allowed' : 'in use'}`,
      hint: 'leave out --port, and a free one is taken',
    },
  ])
}
