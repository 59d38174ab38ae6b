import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError, notThroughLink, readAt, writeAt } from '../base/files.ts'
import type { RunResult } from '../records/run.ts'
import { elapsedLine, journalLine, runOfLine, type JournalHeader } from './journal-line.ts'
import { explainJournalError, settleJournal, type OpenOptions, type Settled } from './journal-opening.ts'
import { requireFolder, rescue } from './journal-rescue.ts'
import type { Place } from './journal-scan.ts'
import { holdLock, type HeldLock } from './lock-file.ts'

interface Pending {
  /** Undefined if only the time is to be written. */
  readonly run: { readonly id: string; readonly line: Buffer } | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** The most time that a kill can make a study forget, in milliseconds. */
const timeEveryMs = 10_000

/**
 * Every finished run, one line each, on disk before it counts. Only the places of runs are kept in memory, so memory stays
 * small in a long study. Opening truncates a torn last line, skips damaged lines, and sets aside a journal of another spec,
 * data set or engine. A lock beside the file keeps a second process away and does not outlive its holder.
 */
export class Journal {
  /** What the user should know about the journal that was found. */
  readonly notices: readonly string[]
  /** Milliseconds that the study had used when the journal was opened. */
  readonly elapsed: number
  private readonly path: string
  private file: FileHandle
  private readonly lock: HeldLock
  private readonly places: Map<string, Place>
  private end: number
  private pending: Pending[] = []
  private writing: Promise<void> | undefined
  private time: { readonly elapsed: () => number; readonly timer: NodeJS.Timeout } | undefined
  /** Set once the folder was lost. Runs are still written from then on, and every append says why the study ends. */
  private lost: InputError | undefined

  private constructor(path: string, file: FileHandle, lock: HeldLock, { scan, notices }: Settled) {
    this.path = path
    this.file = file
    this.lock = lock
    this.places = scan.places
    this.end = scan.end
    this.elapsed = scan.elapsed
    this.notices = notices
  }

  /** Opens or creates a journal. Throws `InputError` if another process holds it, or the system denies access to a file. */
  static async open(path: string, header: JournalHeader, options: OpenOptions = {}): Promise<Journal> {
    const lock = await holdLock(`${path}.lock`)
    try {
      const settled = await settleJournal(path, header, options)
      const file = await open(path, notThroughLink(constants.O_RDWR))
      await file.truncate(settled.scan.end)
      return new Journal(path, file, lock, settled)
    } catch (error) {
      lock.release()
      throw explainJournalError(error)
    }
  }

  /** Runs in it. */
  get size(): number {
    return this.places.size
  }

  has(id: string): boolean {
    return this.places.has(id)
  }

  /** The run with that id, from disk; undefined if it has not finished. */
  async read(id: string): Promise<RunResult | undefined> {
    const place = this.places.get(id)
    return place && runOfLine((await readAt(this.file, place.length, place.offset)).toString('utf8'))
  }

  /** All runs in the order in which they finished, one in memory at a time. */
  async *runs(): AsyncGenerator<RunResult> {
    for (const id of this.places.keys()) {
      const run = await this.read(id)
      if (run) yield run
    }
  }

  /** Resolves when the run is on disk. Appends that arrive during a write share the next one. */
  append(result: RunResult): Promise<void> {
    return this.write({ id: result.id, line: Buffer.from(journalLine(result)) })
  }

  /** From now on, writes the time that the study has used with every run, every ten seconds, and at the end. */
  keepTime(elapsed: () => number): void {
    clearInterval(this.time?.timer)
    // The next run reports a problem with the disk.
    const timer = setInterval(() => {
      this.write(undefined).catch(() => {})
    }, timeEveryMs)
    this.time = { elapsed, timer: timer.unref() }
  }

  /** Waits for pending writes. */
  async close(): Promise<void> {
    clearInterval(this.time?.timer)
    if (this.time && !this.lost) await this.write(undefined).catch(() => {})
    await this.writing
    await this.file.close().finally(() => this.lock.release())
  }

  private write(run: Pending['run']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.pending.push({ run, resolve, reject })
      this.writing ??= this.drain()
    })
  }

  private async drain(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.pending
      this.pending = []
      try {
        await this.put(batch.flatMap(({ run }) => run ?? []))
        for (const { resolve, reject } of batch) this.lost ? reject(this.lost) : resolve()
      } catch (error) {
        for (const { reject } of batch) reject(unwritable(error))
      }
    }
    // In the same turn as the last check of `pending`: a later append starts draining again.
    this.writing = undefined
  }

  private async put(runs: readonly NonNullable<Pending['run']>[]): Promise<void> {
    const time = this.time ? [Buffer.from(elapsedLine(this.time.elapsed()))] : []
    const bytes = Buffer.concat([...runs.map((r) => r.line), ...time])
    const found = this.lost ? 'there' : await requireFolder(this.file, this.path)
    if (found === 'gone') {
      const saved = await rescue(this.file, this.end, this.path, this.size + runs.length)
      await this.file.close()
      ;[this.file, this.lost] = [saved.file, saved.error]
    }
    await writeAt(this.file, bytes, this.end)
    await this.file.datasync()
    let offset = this.end
    for (const { id, line } of runs) {
      this.places.set(id, { offset, length: line.length - 1 })
      offset += line.length
    }
    this.end += bytes.length
  }
}

function unwritable(error: unknown): unknown {
  if (error instanceof InputError) return error
  const message = 'the journal cannot be written, so the study stops here'
  const known = explainFileError(error, 'journal/unwritable', message)
  const found = error instanceof Error ? error.message : String(error)
  const diagnostics =
    known instanceof InputError
      ? known.diagnostics
      : [{ code: 'journal/unwritable', severity: 'error' as const, message, found }]
  return new InputError(
    diagnostics.map((d) => ({ ...d, hint: 'free disk space or choose another --out; earlier finished runs are kept' })),
  )
}
