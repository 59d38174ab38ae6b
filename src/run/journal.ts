import { constants } from 'node:fs'
import { open, rename, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { notThroughLink, readAt, syncFolder, writeAt, writeFileAtomic } from '../base/files.ts'
import type { RunResult } from '../plan/run.ts'
import { differences, journalLine, runOfLine, type JournalHeader } from './journal-line.ts'
import { scanJournal, type Place, type Scan } from './journal-scan.ts'
import { holdLock, type HeldLock } from './lock-file.ts'

interface Pending {
  readonly line: Buffer
  readonly id: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Every finished run, one line each, on disk before it counts. Only places are kept in memory, so a long study stays small.
 * Opening cuts a torn last line, leaves damaged ones out, and sets aside a journal that belongs to another spec, data set or
 * engine. A lock beside the file keeps a second process away and does not outlive its holder.
 */
export class Journal {
  /** What a person should know about the journal that was found. */
  readonly notices: readonly string[]
  private readonly file: FileHandle
  private readonly lock: HeldLock
  private readonly places: Map<string, Place>
  private end: number
  private pending: Pending[] = []
  private writing: Promise<void> | undefined

  private constructor(file: FileHandle, lock: HeldLock, found: Scan, notices: readonly string[]) {
    this.file = file
    this.lock = lock
    this.places = found.places
    this.end = found.end
    this.notices = notices
  }

  /** Opens or begins a journal. `fresh` sets aside whatever is there. Throws `InputError` where another process holds it. */
  static async open(path: string, header: JournalHeader, options: { readonly fresh?: boolean } = {}): Promise<Journal> {
    const lock = await holdLock(`${path}.lock`)
    try {
      const before = await scanJournal(path)
      const reason = before && (options.fresh ? 'everything is trained again' : stale(before, header))
      const aside = reason === undefined ? undefined : await setAside(path)
      const kept = before && !reason ? before : await create(path, header)
      const file = await open(path, notThroughLink(constants.O_RDWR)).catch((error: unknown) => { throw unwritable(error) })
      await file.truncate(kept.end)
      const moved = aside ? [`${reason}; the journal of before is kept as ${aside}`] : []
      return new Journal(file, lock, kept, [...moved, ...repairs(kept)])
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Runs in it. */
  get size(): number {
    return this.places.size
  }

  has(id: string): boolean {
    return this.places.has(id)
  }

  /** The run of that id from disk; undefined where it has not finished. */
  async read(id: string): Promise<RunResult | undefined> {
    const place = this.places.get(id)
    return place && runOfLine((await readAt(this.file, place.length, place.offset)).toString('utf8'))
  }

  /** All runs, one in memory at a time, in the order in which they finished. */
  async *runs(): AsyncGenerator<RunResult> {
    for (const id of this.places.keys()) {
      const run = await this.read(id)
      if (run) yield run
    }
  }

  /** Resolves when the run is on disk. Appends that arrive while a write is under way share the next one. */
  append(result: RunResult): Promise<void> {
    return new Promise((resolve, reject) => {
      this.pending.push({ line: Buffer.from(journalLine(result)), id: result.id, resolve, reject })
      this.writing ??= this.drain()
    })
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.writing
    await this.file.close()
    this.lock.release()
  }

  private async drain(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.pending
      this.pending = []
      try {
        await writeAt(this.file, Buffer.concat(batch.map((p) => p.line)), this.end)
        await this.file.datasync()
        batch.forEach((p) => this.count(p))
      } catch (error) {
        for (const { reject } of batch) reject(unwritable(error))
      }
    }
    // In the same turn as the last look at `pending`: an append that comes later begins to drain anew.
    this.writing = undefined
  }

  private count({ line, id, resolve }: Pending): void {
    this.places.set(id, { offset: this.end, length: line.length - 1 })
    this.end += line.length
    resolve()
  }
}

const unwritable = (error: unknown): InputError => new InputError([{
  code: 'journal/unwritable', severity: 'error', message: 'the journal cannot be written, so the study stops here',
  found: error instanceof Error ? error.message : String(error),
  hint: 'make room or choose another --out; runs that finished before are kept',
}])

/** Why a journal must not be continued; undefined where it may be. */
function stale(found: Scan, header: JournalHeader): string | undefined {
  if (!found.header) return 'the journal in this folder cannot be read'
  const changed = differences(found.header, header)
  return changed.length === 0 ? undefined : `${changed.join(' and ')} changed since the journal was begun`
}

function repairs({ torn, damaged }: Scan): string[] {
  return [
    ...torn ? ['the last line of the journal was torn and is cut off; that run is trained again'] : [],
    ...damaged === 1 ? ['a damaged line of the journal is left out; that run is trained again'] : [],
    ...damaged > 1 ? [`${damaged} damaged lines of the journal are left out; those runs are trained again`] : [],
  ]
}

async function create(path: string, header: JournalHeader): Promise<Scan> {
  const text = Buffer.from(`${JSON.stringify(header)}\n`)
  await writeFileAtomic(path, text).catch((error: unknown) => { throw unwritable(error) })
  return { header, places: new Map(), end: text.length, torn: false, damaged: 0 }
}

/** Renames it to the first free `<name>.<n>.stale`; the lock keeps others from choosing the same. */
async function setAside(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const to = `${path}.${n}.stale`
    if (await stat(to).then(() => true, () => false)) continue
    await rename(path, to)
    await syncFolder(dirname(path))
    return to
  }
}
