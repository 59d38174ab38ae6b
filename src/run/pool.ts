import type { RunRequest, RunResult } from '../plan/run.ts'
import type { Runner } from './runner.ts'
import { WorkerProcess, type Death, type InitMessage } from './worker-process.ts'

export interface PoolOptions {
  /** File that a worker process runs. */
  readonly script: string
  readonly workers: number
  readonly init: InitMessage
  /** Told of what a person should know, as of a worker that was replaced. */
  readonly notice: (message: string) => void
}

interface Job { readonly request: RunRequest; readonly id: string; readonly done: (result: RunResult) => void; readonly failed: (error: unknown) => void }

/**
 * Worker processes, one a core, each training one run at a time. A process that dies costs that run alone: it is tried once more
 * in a fresh one, then recorded as crashed. Probes measure time and memory, so each runs in a process of its own while all
 * others wait.
 */
export class WorkerPool implements Runner {
  readonly engine: string
  readonly slots: number
  private readonly options: PoolOptions
  private readonly idle: WorkerProcess[] = []
  private readonly queue: Job[] = []
  private readonly processes = new Set<WorkerProcess>()
  private busy = 0
  private probing = false
  private closed = false

  private constructor(options: PoolOptions, first: WorkerProcess) {
    this.options = options
    this.slots = options.workers
    this.engine = first.engine
    this.processes.add(first)
    this.idle.push(first)
  }

  /** Starts all processes side by side; ready when the first is. */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const starting = Array.from({ length: options.workers }, () => WorkerProcess.start(options.script, options.init))
    const pool = new WorkerPool(options, await Promise.any(starting).catch((error: AggregateError) => { throw error.errors[0] }))
    for (const start of starting) {
      start.then((worker) => pool.welcome(worker), (error: unknown) => options.notice(`one worker fewer: ${String(error)}`))
    }
    return pool
  }

  run(request: RunRequest, id: string): Promise<RunResult> {
    return new Promise((done, failed) => {
      this.queue.push({ request, id, done, failed })
      this.pump()
    })
  }

  /** Ends all processes at once; runs under way are lost, finished ones are not here any more. */
  close(): void {
    this.closed = true
    for (const worker of this.processes) worker.stop()
    this.processes.clear()
  }

  private welcome(worker: WorkerProcess): void {
    if (this.processes.has(worker)) return
    this.processes.add(worker)
    if (this.closed) return worker.stop()
    this.idle.push(worker)
    this.pump()
  }

  private pump(): void {
    for (let job = this.queue[0]; job !== undefined && !this.closed; job = this.queue[0]) {
      const alone = job.request.job.kind === 'probe'
      if (alone ? this.busy > 0 : this.idle.length === 0 || this.probing) return
      this.queue.shift()
      void (alone ? this.probe(job) : this.train(job, this.idle.pop() as WorkerProcess))
    }
  }

  private async train(job: Job, worker: WorkerProcess): Promise<void> {
    this.busy += 1
    let current: WorkerProcess | undefined = worker
    try {
      const first = await current.run(job.request, job.id)
      if (first.ok) return job.done(first.result)
      current = await this.replace(worker)
      this.options.notice(`${first.death.reason}; ${job.request.label} (seed ${job.request.seed}) is tried again in a fresh process`)
      const second = await current.run(job.request, job.id)
      if (second.ok) return job.done(second.result)
      current = await this.replace(current)
      job.done(crashed(job, second.death, this.engine))
    } catch (error) {
      current = undefined
      if (!this.closed) job.failed(error)
    } finally {
      this.busy -= 1
      if (current) this.idle.push(current)
      this.pump()
    }
  }

  private async probe(job: Job): Promise<void> {
    this.busy += 1
    this.probing = true
    try {
      const worker = await this.fresh()
      const memory = job.request.job.kind === 'probe' ? job.request.job.memoryMiB : null
      const trained = await worker.run(job.request, job.id, memory)
      this.discard(worker)
      job.done(trained.ok ? trained.result : crashed(job, trained.death, this.engine))
    } catch (error) {
      if (!this.closed) job.failed(error)
    } finally {
      this.busy -= 1
      this.probing = false
      this.pump()
    }
  }

  private replace(dead: WorkerProcess): Promise<WorkerProcess> {
    this.discard(dead)
    return this.fresh()
  }

  private async fresh(): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start(this.options.script, this.options.init)
    if (this.closed) worker.stop()
    else this.processes.add(worker)
    return worker
  }

  private discard(worker: WorkerProcess): void {
    this.processes.delete(worker)
    worker.stop()
  }
}

function crashed({ id, request }: Job, { reason }: Death, engine: string): RunResult {
  return {
    id, request, engine, status: 'crashed', reason, evaluations: [], steps: { loss: [], learningRate: [], gradientNorm: [], clipped: [] },
    timing: { seconds: 0, stepsPerSecond: 0 },
  }
}
