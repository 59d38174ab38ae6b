import { spawn } from 'node:child_process'

export type Environment = Readonly<Record<string, string | undefined>>

export interface ProcessOptions {
  readonly cwd: string
  readonly env: Environment
  readonly signal?: AbortSignal | undefined
  /** Ended after so long; without it, it may take what it takes. */
  readonly timeoutMs?: number
}

export interface Ended {
  /** `missing`: there is no such program; `started`: it ran, whatever came of it. */
  readonly how: 'missing' | 'started'
  readonly ok: boolean
  readonly code: number | null
  readonly killedBy: NodeJS.Signals | null
  /** The end of what it wrote to standard output. */
  readonly out: string
  /** The end of what it wrote to either, in the order in which it came. */
  readonly said: string
}

/** Enough of a program's words to explain its end. */
const mostText = 20_000

/** Runs a program to its end, its output kept and not shown. On `signal` it is killed with all that it started. */
export function runProcess([program = '', ...args]: readonly string[], options: ProcessOptions): Promise<Ended> {
  const { cwd, env, signal, timeoutMs } = options
  return new Promise((resolve) => {
    // In a group of its own, so that a compiler's or a client's own children are ended along with it.
    const child = spawn(program, args, {
      cwd,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    })
    let [out, said] = ['', '']
    const kill = (): void => killGroup(child.pid)
    const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs)
    const end = (how: Ended['how'], code: number | null, killedBy: NodeJS.Signals | null): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', kill)
      resolve({ how, ok: code === 0, code, killedBy, out, said })
    }
    child.stdout.on('data', (chunk: Buffer) => {
      out = keep(out, chunk)
      said = keep(said, chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said = keep(said, chunk)
    })
    child.on('error', (error) => {
      said += error.message
      if (child.pid === undefined) end('missing', null, null)
    })
    child.on('close', (code, killedBy) => {
      if (child.pid !== undefined) end('started', code, killedBy)
    })
    signal?.addEventListener('abort', kill)
    if (signal?.aborted) kill()
  })
}

const keep = (text: string, chunk: Buffer): string => (text + chunk.toString('utf8')).slice(-mostText)

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has ended by itself in the meantime.
  }
}

const noise = /^npm (warn|notice)|A complete log of this run/i

/** The last lines of what a program said that are not empty, as one line for a message. */
export function lastWords({ said, killedBy, code }: Ended, lines = 3): string {
  const end = killedBy === null ? `exit code ${String(code)}` : `ended by ${killedBy}`
  const words = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !noise.test(line))
    .slice(-lines)
  return words.length === 0 ? end : `${words.join(' | ')} (${end})`
}
