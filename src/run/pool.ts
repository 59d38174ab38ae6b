import { InputError } from '../base/diagnostics.ts'
import { crashedRun, type RunRequest, type RunResult } from '../records/run.ts'
import type { InitMessage } from './protocol.ts'
import type { Runner, RunOptions } from './runner.ts'
import { machineLabel, onMachine, type WorkerCount } from './worker-count.ts'
import type { Trained, WorkerProcess } from './worker-process.ts'
import { closedText, messageOf, surplus, WorkerSupply, type SupplyOptions } from './worker-supply.ts'

export interface PoolOptions extends SupplyOptions {
  /** Processes that train in parallel; one per core is the fastest. */
  readonly workers: number
  /** If this promise rejects, the pool is closed. */
  readonly init: InitMessage | Promise<InitMessage>
  /** How many workers to keep once the data are known, since each holds a copy; all if omitted. */
  readonly bound?: (wanted: number, init: InitMessage) => WorkerCount
}

interface Job extends RunOptions {
  readonly request: RunRequest
  readonly id: string
  readonly done: (result: RunResult) => void
  readonly failed: (error: unknown) => void
  /** The process that trains it now. */
  worker?: WorkerProcess
}

/**
 * Worker processes, one per core, each training one run at a time. A process that dies affects only its run: the run is
 * retried once in a fresh process, then recorded as crashed. Probes measure time and memory, so they run in a process that
 * has trained nothing larger, while all others wait, and a probe that does not fit is not retried.
 */
export class WorkerPool implements Runner {
  private most: number
  private readonly options: PoolOptions
  private readonly init: Promise<InitMessage>
  private readonly supply: WorkerSupply
  private readonly idle: WorkerProcess[] = []
  private readonly queue: Job[] = []
  /** Processes to start when there is work for them. */
  private vacant = 0
  /** Processes that are training or starting. A probe waits for both. */
  private busy = 0
  private probing = false
  private label = ''
  private machine: string | undefined

  private constructor(options: PoolOptions) {
    this.options = options
    this.most = options.workers
    this.init = Promise.resolve(options.init).then((init) => this.bounded(init))
    this.supply = new WorkerSupply(options, this.init)
  }

  /** Starts all processes in parallel and resolves when the first is ready. Rejects if none can be started. */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    if (!(options.workers >= 1)) throw new Error(`a pool needs at least one worker, found ${options.workers}`)
    const pool = new WorkerPool(options)
    pool.init.catch(() => pool.close())
    const starting = Array.from({ length: options.workers }, () => pool.hire(true))
    try {
      pool.label = (await Promise.any(starting)).engine
      return pool
    } catch (error) {
      pool.close()
      throw error instanceof AggregateError ? error.errors[0] : error
    }
  }

  get slots(): number {
    return this.most
  }

  private bounded(init: InitMessage): InitMessage {
    const { bound, notice } = this.options
    const { workers, why } = bound?.(this.most, init) ?? { workers: this.most, why: null }
    this.most = workers
    if (why !== null) notice(why)
    return init
  }

  get engine(): string {
    return this.label
  }

  async run(request: RunRequest, id: string, options: RunOptions = {}): Promise<RunResult> {
    const { signal } = options
    this.supply.requireOpen()
    let stop = (): void => {}
    const result = new Promise<RunResult>((done, failed) => {
      const job: Job = { ...options, request, id, done, failed }
      stop = () => this.drop(job)
      this.queue.push(job)
    })
    signal?.addEventListener('abort', stop)
    this.pump()
    return await result.finally(() => signal?.removeEventListener('abort', stop))
  }

  /** Drops a job wherever it is: in the queue, or in a process, which then ends. */
  private drop(job: Job): void {
    const position = this.queue.indexOf(job)
    if (position < 0) return job.worker?.kill()
    this.queue.splice(position, 1)
    job.failed(job.signal?.reason)
    this.pump()
  }

  /** Ends all processes at once. Active runs are lost; finished runs have already been returned to their callers. */
  close(): void {
    this.supply.close()
    this.giveUp(new Error(closedText))
  }

  private giveUp(error: unknown): void {
    for (const { failed } of this.queue.splice(0)) failed(error)
  }

  /** Starts a process that takes the next job. A failed start is not retried, unless it was the last process. */
  private async hire(first = false): Promise<WorkerProcess> {
    this.busy += 1
    try {
      const worker = await this.supply.fresh(first ? () => this.slots : undefined)
      this.idle.push(worker)
      return worker
    } catch (error) {
      if (this.supply.size === 0) {
        this.vacant = 1
        this.giveUp(error)
      } else if (!this.supply.closed && error !== surplus)
        this.options.notice(`one worker process fewer: ${messageOf(error)}`)
      throw error
    } finally {
      this.busy -= 1
      this.pump()
    }
  }

  /** Hands out jobs in order: a probe when nothing else runs, any other job when a process is free. */
  private pump(): void {
    for (let job = this.queue[0]; job !== undefined && !this.supply.closed; job = this.queue[0]) {
      const next = job
      const { job: task } = job.request
      if (job.signal?.aborted) job.failed(job.signal.reason)
      else if (task.kind === 'probe') {
        if (this.busy > 0) return
        void this.occupied(() => this.probe(next, task.memoryMiB), next)
      } else {
        if (this.probing) return
        this.supply.endProber()
        const worker = this.nextIdle()
        if (!worker) return this.fill()
        void this.occupied(() => this.train(next, worker), next)
      }
      this.queue.shift()
    }
  }

  /** A process that died while idle cost no run, so nobody is told. */
  private nextIdle(): WorkerProcess | undefined {
    for (let worker = this.idle.pop(); worker; worker = this.idle.pop()) {
      if (worker.usable) return worker
      this.supply.dismiss(worker)
      this.vacant += 1
    }
    return undefined
  }

  private fill(): void {
    const { vacant } = this
    this.vacant = 0
    for (let i = 0; i < vacant; i++) this.hire().catch(() => {})
  }

  private async occupied(work: () => Promise<RunResult>, { done, failed }: Job): Promise<void> {
    this.busy += 1
    try {
      done(onMachine(await work(), (this.machine ??= machineLabel(this.slots))))
    } catch (error) {
      failed(error)
    } finally {
      this.busy -= 1
      this.pump()
    }
  }

  private async train(job: Job, first: WorkerProcess): Promise<RunResult> {
    try {
      const trained = await this.attempt(job, first)
      if (trained.ok) return trained.result
      const { label, seed } = job.request
      this.options.notice(`${trained.died}; ${label} (seed ${seed}) is tried again in a new process`)
      const again = await this.retry(job)
      return again.ok ? again.result : this.crashed(job, again.died)
    } finally {
      if (job.worker?.usable) this.idle.push(job.worker)
      else this.vacant += 1
    }
  }

  /** A process that dies while it starts died for this run too. If none starts anymore, the next job finds out. */
  private async retry(job: Job): Promise<Trained> {
    let worker: WorkerProcess
    try {
      worker = await this.supply.fresh()
    } catch (error) {
      if (
        this.supply.closed ||
        (error instanceof InputError && !error.diagnostics.some((d) => d.code.startsWith('worker/')))
      )
        throw error
      return { ok: false, died: messageOf(error) }
    }
    return this.attempt(job, worker)
  }

  private async probe(job: Job, memoryMiB: number): Promise<RunResult> {
    const { batchSize, accumulate } = job.request.levers.batching
    this.probing = true
    try {
      const worker = await this.supply.prober(batchSize * accumulate)
      const trained = await this.attempt(job, worker, memoryMiB)
      return trained.ok ? trained.result : this.crashed(job, trained.died)
    } finally {
      this.probing = false
    }
  }

  private crashed({ id, request }: Job, reason: string): RunResult {
    return crashedRun({ id, request, engine: this.engine }, reason)
  }

  /** Throws if the process ended because the job was dropped. */
  private async attempt(job: Job, worker: WorkerProcess, memoryMiB: number | null = null): Promise<Trained> {
    job.worker = worker
    job.signal?.throwIfAborted()
    const trained = await worker.run(job.request, job.id, { ...job, memoryMiB })
    // After a crash that it survived, such as one of the engine's memory, its state is unknown.
    if (trained.ok && trained.result.status === 'crashed') this.supply.dismiss(worker)
    if (trained.ok) return trained
    this.supply.dismiss(worker)
    job.signal?.throwIfAborted()
    this.supply.requireOpen()
    return trained
  }
}
