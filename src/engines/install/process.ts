import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

export interface ProcessOptions {
  readonly cwd: string
  readonly env: Environment
  readonly signal?: AbortSignal | undefined
  /** Ended after this long; without it, there is no time limit. */
  readonly timeoutMs?: number
}

/** What a caller may decide. The start folder of programs is not included; `bareFolder` explains why. */
export type CallerOptions = Omit<ProcessOptions, 'cwd'>

/**
 * A folder in which to start this machine's programs. The caller's folder may be a stranger's checkout: npm reads settings
 * from the `.npmrc` of the project that it starts in, and Python runs a `pip.py` there. In this folder there is nothing to
 * find. Its only file ends npm's search for a project in the parent folders.
 */
export async function bareFolder(scratch: string): Promise<string> {
  const folder = join(scratch, 'bare')
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{}')
  return folder
}

export interface Ended {
  /** `missing`: there is no such program; `started`: it ran, whatever the result. */
  readonly how: 'missing' | 'started'
  readonly ok: boolean
  readonly code: number | null
  readonly killedBy: NodeJS.Signals | null
  /** The end of what it wrote to standard output. */
  readonly out: string
  /** The end of its combined output, in order. */
  readonly said: string
}

/** Enough of a program's output to explain its end. */
const mostText = 20_000

/**
 * Runs a program to its end, with its output kept and not shown. On `signal` it is killed with everything that it started.
 */
export function runProcess([program = '', ...args]: readonly string[], options: ProcessOptions): Promise<Ended> {
  const { cwd, env, signal, timeoutMs } = options
  return new Promise((resolve) => {
    // In its own process group, so that children of a compiler or a client end with it.
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
const prefix = /^npm (error|ERR!) ?/

/**
 * What a program said about its failure, as one line for a message: by default its last lines, `first` for programs that
 * state the cause first, and `errors` for those that mark it in between. Empty lines and npm's asides are left out.
 */
export function lastWords({ said, killedBy, code }: Ended, which: 'last' | 'first' | 'errors' = 'last'): string {
  const end = killedBy === null ? `exit code ${String(code)}` : `ended by ${killedBy}`
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !noise.test(line))
    .map((line) => line.replace(prefix, ''))
    .filter((line) => line !== '')
  const marked = which === 'errors' ? lines.filter((line) => /\berror\b/i.test(line)) : []
  const words = marked.length > 0 ? marked.slice(0, 3) : which === 'first' ? lines.slice(0, 5) : lines.slice(-3)
  return words.length === 0 ? end : `${words.join(' | ')} (${end})`
}
