import { fork, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { RunRequest, RunResult } from '../plan/run.ts'
import type { FromWorker, ToWorker } from './protocol.ts'

export type InitMessage = Extract<ToWorker, { type: 'init' }>

/** How a run ended that its process did not survive. */
export interface Death { readonly reason: string; readonly overMemory: boolean }
export type Trained = { readonly ok: true; readonly result: RunResult } | { readonly ok: false; readonly death: Death }

/** Last lines of what a worker wrote to its standard error: what a death is explained with. */
const mostErrorText = 2000
/** A page as the kernel counts resident memory; 4 KiB on every platform that has /proc and that we run on. */
const pageMiB = 4096 / 2 ** 20

/** One worker process: started, asked for one run at a time, and replaced by its owner when it dies. */
export class WorkerProcess {
  readonly engine: string
  private readonly child: ChildProcess
  private errors = ''
  private waiting: ((trained: Trained) => void) | undefined
  private killedFor: Death | undefined
  private ended = false

  private constructor(child: ChildProcess, engine: string) {
    this.child = child
    this.engine = engine
    child.stderr?.on('data', (chunk: Buffer) => { this.errors = (this.errors + chunk.toString('utf8')).slice(-mostErrorText) })
    child.on('message', (message: FromWorker) => { if (message.type === 'result') this.answer({ ok: true, result: message.result }) })
    child.on('exit', (code, signal) => {
      this.ended = true
      this.answer({ ok: false, death: this.killedFor ?? deathOf(code, signal, this.errors) })
    })
    // A pipe that breaks while a message is on its way; the exit that follows says more.
    child.on('error', () => {})
  }

  /** Starts a process and waits until it can train. Rejects with the reason where it cannot. */
  static start(script: string, init: InitMessage): Promise<WorkerProcess> {
    // No environment: a worker needs none of it, and on a CI runner it holds secrets.
    const child = fork(script, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [], env: {} })
    return new Promise((resolve, reject) => {
      let errors = ''
      const onError = (chunk: Buffer): void => { errors += chunk.toString('utf8') }
      child.stderr?.on('data', onError)
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`a worker process could not start: ${deathOf(code, signal, errors).reason}`)))
      child.once('message', (message: FromWorker) => {
        child.removeAllListeners()
        child.stderr?.off('data', onError)
        if (message.type === 'ready') resolve(new WorkerProcess(child, message.engine))
        else reject(new Error(message.type === 'unable' ? message.message : `unexpected message of a worker: ${message.type}`))
      })
      child.send(init)
    })
  }

  get alive(): boolean {
    return !this.ended
  }

  /** Trains one run; `memoryMiB` kills the process when it holds more. */
  run(request: RunRequest, id: string, memoryMiB: number | null = null): Promise<Trained> {
    const watch = memoryMiB === null ? undefined : this.watchMemory(memoryMiB)
    return new Promise<Trained>((resolve) => {
      this.waiting = resolve
      if (this.ended) this.answer({ ok: false, death: { reason: 'the worker process was already gone', overMemory: false } })
      else this.child.send({ type: 'run', id, request } satisfies ToWorker, (error) => {
        if (error) this.answer({ ok: false, death: { reason: `the worker process could not be reached: ${error.message}`, overMemory: false } })
      })
    }).finally(() => clearInterval(watch))
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }

  private answer(trained: Trained): void {
    this.waiting?.(trained)
    this.waiting = undefined
  }

  /** A run may allocate faster than it can look at itself, so its parent looks too; only Linux shows it. */
  private watchMemory(limit: number): NodeJS.Timeout {
    return setInterval(() => {
      const resident = residentMiB(this.child.pid)
      if (resident === null || resident <= limit) return
      this.killedFor = { reason: `needs more memory than the limit: ${Math.ceil(resident)} MiB of ${limit} MiB`, overMemory: true }
      this.stop()
    }, 25)
  }
}

function residentMiB(pid: number | undefined): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageMiB
  } catch {
    return null
  }
}

function deathOf(code: number | null, signal: NodeJS.Signals | null, errors: string): Death {
  const how = signal === 'SIGKILL' ? 'was killed, as a machine does that runs out of memory' : signal ? `was ended by ${signal}` : `exited with code ${code}`
  const last = errors.trim().split('\n').filter((l) => l.trim() !== '').slice(-3).join(' | ')
  return { reason: `the worker process ${how}${last ? `: ${last}` : ''}`, overMemory: false }
}
