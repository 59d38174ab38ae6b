import { InputError, lineOf } from '../base/diagnostics.ts'
import type { EngineOrder, InitMessage, SentInit } from './protocol.ts'
import { SharedData } from './shared-data.ts'
import { WorkerProcess } from './worker-process.ts'

/** What a worker process starts with. */
export interface SupplyOptions {
  /** The file that a worker process runs. */
  readonly script: string
  /** Set if it is known before `init`, so that processes can load their engine in the meantime. */
  readonly engine?: EngineOrder
  /** Receives messages for the user. */
  readonly notice: (message: string) => void
}

/** Starts and ends worker processes, and knows those that live. */
export class WorkerSupply {
  private readonly processes = new Set<WorkerProcess>()
  private readonly options: SupplyOptions
  private readonly shared = new SharedData()
  private readonly init: Promise<SentInit>
  /** The process of the last probe, and the rows of its steps. */
  private probed: { readonly worker: WorkerProcess; readonly rows: number } | null = null
  private ended = false

  constructor(options: SupplyOptions, init: Promise<InitMessage>) {
    this.options = options
    this.init = init.then((message) => this.sent(message))
    // Whoever awaits it handles it.
    this.init.catch(() => {})
  }

  private sent(message: InitMessage): SentInit {
    this.requireOpen()
    return 'data' in message ? { ...message, data: this.shared.write(message.data) } : message
  }

  /** Whether all of them were ended for good. */
  get closed(): boolean {
    return this.ended
  }

  get size(): number {
    return this.processes.size
  }

  /** A process that is ready to train. @param most of those that were started at first, once the data are known */
  async fresh(most = (): number => Infinity): Promise<WorkerProcess> {
    this.requireOpen()
    const { script, notice, engine } = this.options
    const worker = new WorkerProcess(script, this.shared.descriptor, notice)
    this.processes.add(worker)
    try {
      if (engine) worker.load(engine)
      const init = await this.init
      if (this.processes.size > most()) throw surplus
      return await worker.start(init)
    } catch (error) {
      this.dismiss(worker)
      throw error
    }
  }

  /**
   * A process for a probe whose steps have this many rows: that of the probe before, unless its steps had more. A process's
   * peak memory never falls, so it is that of the largest probe so far.
   */
  async prober(rows: number): Promise<WorkerProcess> {
    const before = this.probed
    if (!before?.worker.usable || before.rows > rows) this.endProber()
    const worker = this.probed?.worker ?? (await this.fresh())
    this.probed = { worker, rows }
    return worker
  }

  endProber(): void {
    if (this.probed) this.dismiss(this.probed.worker)
    this.probed = null
  }

  dismiss(worker: WorkerProcess): void {
    worker.kill()
    this.processes.delete(worker)
  }

  /** Ends all processes at once. */
  close(): void {
    this.ended = true
    for (const worker of this.processes) worker.kill()
    this.processes.clear()
    this.shared.close()
  }

  requireOpen(): void {
    if (this.ended) throw new Error(closedText)
  }
}

/** A process that was started before the size of the data was known. */
export const surplus = new Error('one worker process too many')
export const closedText = 'the worker processes were ended'

export const messageOf = (error: unknown): string =>
  error instanceof InputError
    ? error.diagnostics.map(lineOf).join('; ')
    : error instanceof Error
      ? error.message
      : String(error)
