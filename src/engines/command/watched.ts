import type { ChildProcess } from 'node:child_process'
import { readSync } from 'node:fs'
import { printable } from '../../base/printable.ts'
import type { TrainerTimeouts } from '../../records/trainer.ts'
import { quoted, TrainerFault, type TrainerEvent } from './protocol/events.ts'
import { EventReader } from './protocol/read-events.ts'
import { endStrays, groupLives, groupMemoryMiB, signalGroup } from './processes.ts'
import type { TrainerRequest } from './request.ts'

/** One start of the script. */
export interface Launch {
  readonly command: readonly string[]
  /** What the macros pass. */
  readonly values: TrainerRequest['levers']
  readonly request: TrainerRequest
  /** Where it runs. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly timeout: TrainerTimeouts
  /** Seconds from SIGTERM to SIGKILL. */
  readonly grace: number
  /** Ends a run whose processes use more, in MiB; null for no limit. */
  readonly memoryMiB: number | null
  readonly onEvent: (event: TrainerEvent) => void
  readonly signal: AbortSignal
}

export interface ScriptExit {
  readonly code: number | null
  readonly killedBy: NodeJS.Signals | null
  /** The last lines of its output, printable. */
  readonly output: string
  /** Most memory of all its processes together; null where the system does not say, and if nobody asked. */
  readonly peakMiB: number | null
  /** Processes that it left behind, outside of its group too. */
  readonly strays: boolean
}

const lookEveryMs = 40
const mostOutput = 256 * 1024 * 1024
const keptOutput = 4000
/** Seconds. */
const shortRun = 5
/** A process that got SIGKILL is gone soon, unless the system hangs. */
const mostLooks = 200

/** A running script: reads what it reports, and ends it when it breaks a limit. */
export class Watched {
  readonly ended: Promise<ScriptExit>
  private readonly options: Launch
  private readonly child: ChildProcess
  /** Descriptor of the file of events. */
  private readonly events: number
  private readonly buffer = Buffer.alloc(65_536)
  private readonly reader: EventReader
  /** Its output is read to the end. A process that it left behind may hold it open. */
  private readonly closed: Promise<void>
  private readonly begun = performance.now()
  private heard = performance.now()
  private started = false
  private position = 0
  private written = 0
  private output = ''
  private peakMiB: number | null = null
  private failure: Error | null = null
  private measuring: Promise<void> = Promise.resolve()
  private killTimer: NodeJS.Timeout | undefined

  constructor(options: Launch, child: ChildProcess, events: number) {
    this.options = options
    this.child = child
    this.events = events
    this.reader = new EventReader((event) => options.onEvent(event))
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => this.keep(chunk))
    this.closed = new Promise((resolve) => child.once('close', () => resolve()))
    this.ended = this.toEnd()
  }

  /** Ends the script; the promise then rejects with this error. */
  fail(error: Error): void {
    if (this.failure) return
    this.failure = error
    const { pid } = this.child
    if (pid === undefined) return
    signalGroup(pid, 'SIGTERM')
    this.killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), this.options.grace * 1000)
  }

  private async toEnd(): Promise<ScriptExit> {
    const { child, options } = this
    const exited = new Promise<{ code: number | null; killedBy: NodeJS.Signals | null }>((resolve, reject) => {
      child.on('exit', (code, killedBy) => resolve({ code, killedBy }))
      child.on('error', (error) => {
        if (child.pid === undefined) reject(notStarted(error, options))
      })
    })
    const timer = setInterval(() => this.look(), lookEveryMs)
    try {
      const { code, killedBy } = await exited
      const strays = await this.endGroup()
      clearInterval(timer)
      await this.measuring
      this.readNew()
      if (!this.failure) this.within(() => this.reader.finish())
      if (this.failure) throw this.withOutput(this.failure)
      return { code, killedBy, output: this.lastLines(), peakMiB: this.peakMiB, strays }
    } finally {
      clearInterval(timer)
      clearTimeout(this.killTimer)
    }
  }

  /** What a script leaves behind ends with it, whether it is in its group or fled from it. */
  private async endGroup(): Promise<boolean> {
    const { pid = 0 } = this.child
    const left = process.platform !== 'win32' && groupLives(pid)
    if (left) signalGroup(pid, 'SIGKILL')
    const fled = await this.endFled(pid)
    await Promise.race([this.closed, new Promise((resolve) => setTimeout(resolve, 200))])
    this.child.stdout?.destroy()
    this.child.stderr?.destroy()
    return left || fled
  }

  /** Those outside of the group. They are gone when it returns, or their memory would count against the next run. */
  private async endFled(pid: number): Promise<boolean> {
    const { output_dir: folder } = this.options.request
    // In a short run, numbers of processes cannot have come round to the script's own.
    const script = seconds(this.begun) < shortRun ? pid : 0
    let found = false
    for (let look = 0; look < mostLooks && endStrays(`${folder}.`, script) > 0; look++) {
      found = true
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return found
  }

  /** One look at a time. */
  private look(): void {
    this.checkTimes()
    this.readNew()
    this.measuring = this.measuring.then(() => this.checkMemory())
  }

  private checkTimes(): void {
    const { start, silence, run } = this.options.timeout
    const [total, quiet] = [seconds(this.begun), seconds(this.heard)]
    if (!this.started && total > start) {
      this.fail(
        new TrainerFault(
          'late',
          `the script reported nothing in its first ${start} seconds; it must append a line hello to the file in TUNEGATE_EVENTS ` +
            'when it starts, or raise trainer.timeout.start',
        ),
      )
    } else if (this.started && quiet > silence) {
      this.fail(
        new TrainerFault(
          'silent',
          `the script reported nothing for ${silence} seconds (trainer.timeout.silence); it may hang`,
        ),
      )
    } else if (total > run) {
      this.fail(new TrainerFault('late', `the script ran for more than ${run} seconds (trainer.timeout.run)`))
    }
  }

  /** Without waiting: the file is local and small, and a trip to another thread costs more than reading it. */
  private readNew(): void {
    for (;;) {
      if (this.failure) return
      const bytesRead = readSync(this.events, this.buffer, 0, this.buffer.length, this.position)
      if (bytesRead === 0) return
      this.position += bytesRead
      this.heard = performance.now()
      this.started = true
      this.within(() => this.reader.feed(this.buffer.subarray(0, bytesRead)))
    }
  }

  private async checkMemory(): Promise<void> {
    const { memoryMiB } = this.options
    const { pid } = this.child
    if (memoryMiB === null || pid === undefined || this.failure) return
    const found = await groupMemoryMiB(pid)
    if (found === null) return
    this.peakMiB = Math.max(this.peakMiB ?? 0, found)
    if (found > memoryMiB) {
      this.fail(
        new TrainerFault('out-of-memory', `needs more memory than the limit: ${Math.ceil(found)} MiB of ${memoryMiB} MiB`),
      )
    }
  }

  private within(read: () => void): void {
    try {
      read()
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  private keep(chunk: Buffer): void {
    this.written += chunk.byteLength
    // A script may print gigabytes: only what is kept is decoded.
    this.output = (this.output + chunk.subarray(-2 * keptOutput).toString('utf8')).slice(-2 * keptOutput)
    if (this.written > mostOutput) {
      this.fail(
        new TrainerFault(
          'flood',
          `the script printed more than ${mostOutput / 2 ** 20} MiB; print less, or nothing, in a study`,
        ),
      )
    }
  }

  private lastLines(): string {
    const lines = this.output.split(/[\r\n]+/).filter((line) => line.trim() !== '')
    return lines
      .slice(-12)
      .map((line) => printable(line.trim(), 300))
      .join(' | ')
  }

  private withOutput(error: Error): Error {
    const said = this.lastLines()
    if (!(error instanceof TrainerFault) || said === '') return error
    return new TrainerFault(error.kind, `${error.message}${outputText(said)}`)
  }
}

/** The script's last lines, as the end of a reason. */
export const outputText = (output: string): string => (output === '' ? '' : `; its last output: ${output}`)

const seconds = (since: number): number => (performance.now() - since) / 1000

function notStarted(error: Error, { command: [program = ''], folder }: Launch): TrainerFault {
  const { code } = error as NodeJS.ErrnoException
  const why =
    code === 'ENOENT'
      ? `there is no program ${quoted(program)} on the PATH or in ${quoted(folder)}; install it, or write its path`
      : code === 'EACCES'
        ? `${quoted(program)} is not executable; run chmod +x, or start it with its interpreter, as in [python, ${printable(program, 100)}]`
        : printable(error.message)
  return new TrainerFault('not-started', `the script could not be started: ${why}`)
}
