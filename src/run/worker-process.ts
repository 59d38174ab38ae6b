import { fork, type ChildProcess } from 'node:child_process'
import { InputError } from '../base/diagnostics.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import { watchMemory } from './memory.ts'
import { deathOf, lateError, spawnError, startError } from './worker-death.ts'
import { protocolVersion, type EngineOrder, type FromWorker, type InitMessage, type ToWorker } from './protocol.ts'

/** `died`: why the process did not survive the run. */
export type Trained = { readonly ok: true; readonly result: RunResult } | { readonly ok: false; readonly died: string }

/** Last characters of what a worker wrote to its standard error: what a death is explained with. */
const mostErrorText = 2000
/** A worker that is not ready after a minute, its data already sent, will not be. */
const mostStartMs = 60_000

/** One worker process: started, asked for one run at a time, and replaced by its owner when it dies. */
export class WorkerProcess {
  /** Label of its engine; empty until it has started. */
  engine = ''
  /** Null while it lives, then how it ended. */
  ended: string | null = null
  private readonly child: ChildProcess
  private errors = ''
  private killedFor: string | undefined
  private onMessage: (message: FromWorker) => void = () => {}
  private onEnd: (died: string, error: Error) => void = () => {}
  private endedBy = new Error('')

  constructor(script: string, notice: (message: string) => void = () => {}) {
    this.child = started(script)
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.errors = (this.errors + chunk.toString('utf8')).slice(-mostErrorText)
    })
    this.child.on('message', (message: FromWorker) => {
      if (message.type === 'notice') notice(message.message)
      else this.onMessage(message)
    })
    // After its last words were read; `error` is for a process that could not be started, or a pipe that broke.
    this.child.on('close', (code, signal) => {
      const death = deathOf(code, signal, this.errors)
      this.end(this.killedFor ?? death.text, this.killedFor === undefined ? startError(death) : new Error(this.killedFor))
    })
    this.child.on('error', (error) => {
      if (this.child.pid === undefined) this.end(`the worker process could not be started: ${error.message}`, spawnError(error))
    })
  }

  /** Whether it takes another run. One that was told to end does not, though it may live for a moment yet. */
  get usable(): boolean {
    return this.ended === null && this.killedFor === undefined
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  /** Has it load its engine ahead of the start message. */
  load(order: EngineOrder): void {
    this.send({ ...order, type: 'load' })
  }

  /** Waits until it can train. Rejects with the reason where it cannot: an `InputError` where a person can mend it. */
  async start(init: InitMessage): Promise<this> {
    let timer: NodeJS.Timeout | undefined
    const answer = new Promise<FromWorker>((resolve, reject) => {
      this.onMessage = resolve
      this.onEnd = (_, error) => reject(error)
      timer = setTimeout(() => {
        reject(lateError(mostStartMs / 1000))
        this.kill()
      }, mostStartMs)
      if (this.ended !== null) reject(this.endedBy)
      else this.send({ ...init, version: protocolVersion })
    })
    const message = await answer.finally(() => clearTimeout(timer))
    if (message.type === 'unable') throw unableError(message)
    if (message.type !== 'ready' || message.version !== protocolVersion) {
      throw new Error('the worker process is of another build')
    }
    this.engine = message.engine
    return this
  }

  /** Trains one run. Where `memoryMiB` is given, the process is killed when it holds more. */
  async run(request: RunRequest, id: string, memoryMiB: number | null = null): Promise<Trained> {
    const unwatch = memoryMiB === null ? undefined : watchMemory(this.pid, memoryMiB, (reason) => this.kill(reason))
    const trained = new Promise<Trained>((resolve) => {
      this.onEnd = (died) => resolve({ ok: false, died })
      this.onMessage = (message) => {
        if (message.type === 'result') resolve({ ok: true, result: message.result })
        // It says why it gives up, and exits.
        else if (message.type === 'unable') this.killedFor = message.message
      }
      if (this.ended !== null) resolve({ ok: false, died: this.ended })
      else this.send({ type: 'run', id, request })
    })
    return await trained.finally(unwatch)
  }

  /** Ends it at once, whatever it does. */
  kill(reason = 'the worker process was stopped'): void {
    this.killedFor ??= reason
    // Where no file was left for a process, Node has none and signals number 0 instead, which is the whole process group.
    if (this.pid !== undefined) this.child.kill('SIGKILL')
  }

  /** A pipe that breaks while a message is on its way is followed by the end of the process, which says more. */
  private send(message: ToWorker): void {
    // A child that could not be started may lack the call.
    if (this.pid !== undefined) this.child.send(message, () => {})
  }

  private end(how: string, error: Error): void {
    if (this.ended !== null) return
    this.ended = how
    this.endedBy = error
    this.onEnd(how, error)
  }
}

/** No environment: a worker needs none of it, and on a CI runner it holds secrets. */
function started(script: string): ChildProcess {
  try {
    return fork(script, [], {
      serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [], env: {},
    })
  } catch (error) {
    // Some refusals of the system are thrown, others are events.
    throw spawnError(error)
  }
}

function unableError({ message, diagnostics }: Extract<FromWorker, { type: 'unable' }>): Error {
  return diagnostics.length > 0 ? new InputError(diagnostics) : new Error(message)
}
