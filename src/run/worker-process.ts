import { fork, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { InputError } from '../base/diagnostics.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import { deathOf, lateError, spawnError, startError } from './worker-death.ts'
import type { Checkpoint } from '../train/types.ts'
import type { RunOptions } from './runner.ts'
import { protocolVersion, type EngineOrder, type FromWorker, type SentInit, type ToWorker } from './protocol.ts'

/** `died`: why the process did not survive the run. */
export type Trained = { readonly ok: true; readonly result: RunResult } | { readonly ok: false; readonly died: string }

export interface WorkerRun extends Pick<RunOptions, 'keepWeights' | 'onProgress'> {
  readonly memoryMiB?: number | null
}

/** Last characters of a worker's standard error, used to explain its death. */
const mostErrorText = 2000
/** A worker that is not ready a minute after its data were sent never will be. */
const mostStartMs = 60_000

/** One worker process: started, given one run at a time, and replaced by its owner when it dies. */
export class WorkerProcess {
  /** Label of its engine; empty until it has started. */
  engine = ''
  /** Null while it lives, then how it ended. */
  ended: string | null = null
  private readonly child: ChildProcess
  private errors = ''
  private killedFor: string | undefined
  /** Whether it has processes of its own to end first. */
  private endsItself = false
  private onMessage: (message: FromWorker) => void = () => {}
  private onEnd: (died: string, error: Error) => void = () => {}
  private endedBy = new Error('')

  /** @param data descriptor of the file of the data, which the process inherits */
  constructor(script: string, data: number, notice: (message: string) => void = () => {}) {
    this.child = started(script, data)
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.errors = (this.errors + chunk.toString('utf8')).slice(-mostErrorText)
    })
    this.child.on('message', (message: FromWorker) => {
      if (message.type === 'notice') notice(message.message)
      else this.onMessage(message)
    })
    // Runs after its last output was read; `error` covers a process that could not be started, or a broken pipe.
    this.child.on('close', (code, signal) => {
      const death = deathOf(code, signal, this.errors)
      this.end(this.killedFor ?? death.text, this.killedFor === undefined ? startError(death) : new Error(this.killedFor))
    })
    this.child.on('error', (error) => {
      if (this.child.pid === undefined)
        this.end(`the worker process could not be started: ${error.message}`, spawnError(error))
    })
  }

  /** Whether it accepts another run. A process that was told to end does not, although it may live for another moment. */
  get usable(): boolean {
    return this.ended === null && this.killedFor === undefined
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  /** Makes it load its engine before the start message. */
  load(order: EngineOrder): void {
    this.send({ ...order, type: 'load' })
  }

  /** Waits until it can train. Rejects with the reason if it cannot: an `InputError` if the user can fix it. */
  async start(init: SentInit): Promise<this> {
    this.endsItself = 'place' in init
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
      throw new Error('the worker process is from another build')
    }
    this.engine = message.engine
    return this
  }

  /** Trains one run. If `memoryMiB` is given, the process is killed when it uses more. */
  async run(request: RunRequest, id: string, options: WorkerRun = {}): Promise<Trained> {
    const { memoryMiB = null, keepWeights = false, onProgress } = options
    const unwatch = memoryMiB === null ? undefined : watchMemory(this.pid, memoryMiB, (reason) => this.kill(reason))
    const trained = new Promise<Trained>((resolve) => {
      this.onEnd = (died) => resolve({ ok: false, died })
      this.onMessage = (message) => {
        if (message.type === 'result') resolve({ ok: true, result: message.result })
        else if (message.type === 'progress') onProgress?.(message)
        // It says why it gives up, and exits.
        else if (message.type === 'unable') this.killedFor = message.message
      }
      if (this.ended !== null) resolve({ ok: false, died: this.ended })
      else this.send({ type: 'run', id, request, keepWeights })
    })
    return await trained.finally(unwatch)
  }

  /** Outputs of a model for every row of the start message, rows × width. Rejects if the process dies. */
  async predict(checkpoint: Checkpoint): Promise<Float32Array> {
    return await new Promise((resolve, reject) => {
      this.onEnd = (died) => reject(new Error(died))
      this.onMessage = (message) => {
        if (message.type === 'outputs') resolve(message.outputs)
        else if (message.type === 'unable') this.killedFor = message.message
      }
      if (this.ended !== null) reject(this.endedBy)
      else this.send({ type: 'predict', checkpoint })
    })
  }

  /** Ends it at once, whatever it is doing. */
  kill(reason = 'the worker process was stopped'): void {
    this.killedFor ??= reason
    // If a process got no file descriptor, Node has no pid for it and would signal number 0, which is the whole process
    // group.
    if (this.pid === undefined) return
    if (!this.endsItself) {
      this.child.kill('SIGKILL')
      return
    }
    this.child.kill('SIGTERM')
    setTimeout(() => this.child.kill('SIGKILL'), mostEndMs).unref()
  }

  /** If a pipe breaks during a send, the end of the process follows and explains more. */
  private send(message: ToWorker): void {
    // A child that could not be started may lack this method.
    if (this.pid !== undefined) this.child.send(message, () => {})
  }

  private end(how: string, error: Error): void {
    if (this.ended !== null) return
    this.ended = how
    this.endedBy = error
    this.onEnd(how, error)
  }
}

/** A worker waits up to half a minute for a script that it ends. */
const mostEndMs = 40_000

/** Empty environment: a worker needs none of it, and on a CI runner it holds secrets. */
function started(script: string, data: number): ChildProcess {
  try {
    return fork(script, [], {
      serialization: 'advanced',
      // `sharedDescriptor` is the place of the last one.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', data],
      execArgv: [],
      env: {},
    })
  } catch (error) {
    // The system throws some refusals and emits others as events.
    throw spawnError(error)
  }
}

function unableError({ message, diagnostics }: Extract<FromWorker, { type: 'unable' }>): Error {
  return diagnostics.length > 0 ? new InputError(diagnostics) : new Error(message)
}

/** A step with a large batch may allocate a gigabyte in a tenth of a second. */
const lookEveryMs = 20

/**
 * Watches the resident memory of a process and reports when it exceeds the limit; returns a function that ends the watch. A
 * run may allocate faster than it can check itself, so its parent checks too. Only Linux exposes this; elsewhere the run's
 * own check has to do.
 */
function watchMemory(pid: number | undefined, limitMiB: number, onOver: (reason: string) => void): () => void {
  const look = (): void => {
    const resident = residentMiB(pid)
    if (resident === null || resident <= limitMiB) return
    onOver(`needs more memory than the limit: ${Math.ceil(resident)} MiB of ${limitMiB} MiB`)
  }
  const timer = setInterval(look, lookEveryMs)
  return () => clearInterval(timer)
}

/** Null if the system does not say, or the process is gone. */
function residentMiB(pid: number | undefined): number | null {
  try {
    const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? null : Number(kib) / 1024
  } catch {
    return null
  }
}
