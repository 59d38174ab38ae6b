import { open, rename, type FileHandle } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { InputError } from '../base/diagnostics.ts'
import type { RunResult } from '../plan/run.ts'
import { differences, idOfLine, journalLine, parseHeader, runOfLine, type JournalHeader } from './journal-line.ts'
import { holdLock, type HeldLock } from './lock-file.ts'

interface Place { readonly offset: number; readonly length: number }
interface Pending { readonly line: Buffer; readonly id: string; readonly resolve: () => void; readonly reject: (error: unknown) => void }

/**
 * Every finished run, one line each, on disk before it counts. Only places are kept in memory, so a long study stays small.
 * Opening cuts a torn last line, skips damaged ones, and sets aside a journal that belongs to another spec, data set or engine.
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

  static async open(path: string, header: JournalHeader, options: { readonly fresh?: boolean } = {}): Promise<Journal> {
    const lock = await holdLock(`${path}.lock`)
    try {
      const notices: string[] = []
      const before = await scan(path)
      const reason = options.fresh ? 'everything is trained again' : stale(before, header)
      if (before && reason) notices.push(`${reason}; the journal of before is kept as ${await setAside(path)}`)
      const kept = before && !reason ? before : await create(path, header)
      if (kept.torn) notices.push('the last line of the journal was torn and is cut off; that run is trained again')
      if (kept.damaged > 0) notices.push(`${kept.damaged} damaged ${kept.damaged === 1 ? 'line' : 'lines'} of the journal left out; those runs are trained again`)
      const file = await open(path, 'r+')
      await file.truncate(kept.end)
      return new Journal(file, lock, kept, notices)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  get size(): number {
    return this.places.size
  }

  has(id: string): boolean {
    return this.places.has(id)
  }

  async read(id: string): Promise<RunResult | undefined> {
    const place = this.places.get(id)
    if (!place) return undefined
    const buffer = Buffer.alloc(place.length)
    await this.file.read(buffer, 0, place.length, place.offset)
    return runOfLine(buffer.toString('utf8'))
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
      this.writing ??= this.drain().finally(() => { this.writing = undefined })
    })
  }

  async close(): Promise<void> {
    await this.writing
    await this.file.close()
    await this.lock.release()
  }

  private async drain(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.pending
      this.pending = []
      try {
        await this.file.writev(batch.map((p) => p.line), this.end)
        await this.file.datasync()
        for (const { line, id, resolve } of batch) {
          // The line break is not part of what is parsed again.
          this.places.set(id, { offset: this.end, length: line.length - 1 })
          this.end += line.length
          resolve()
        }
      } catch (error) {
        for (const { reject } of batch) reject(unwritable(error))
      }
    }
  }
}

function unwritable(error: unknown): InputError {
  return new InputError([{
    code: 'journal/unwritable', severity: 'error', message: 'the journal cannot be written, so the study stops here',
    found: error instanceof Error ? error.message : String(error), hint: 'make room or choose another --out; runs that finished before are kept',
  }])
}

export interface Scan { readonly header: JournalHeader | undefined; readonly places: Map<string, Place>; readonly end: number; readonly torn: boolean; readonly damaged: number }

function stale(found: Scan | undefined, header: JournalHeader): string | undefined {
  if (!found) return undefined
  if (!found.header) return 'the journal in this folder cannot be read'
  const changed = differences(found.header, header)
  return changed.length === 0 ? undefined : `${changed.join(' and ')} changed since the journal was begun`
}

async function create(path: string, header: JournalHeader): Promise<Scan> {
  const text = Buffer.from(`${JSON.stringify(header)}\n`)
  const file = await open(path, 'w').catch((error: unknown) => { throw unwritable(error) })
  await file.write(text)
  await file.sync()
  await file.close()
  return { header, places: new Map(), end: text.length, torn: false, damaged: 0 }
}

async function setAside(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const to = `${path}.${n}.stale`
    const taken = await open(to, 'r').then((f) => f.close().then(() => true), () => false)
    if (taken) continue
    await rename(path, to)
    return to
  }
}

/** Reads the file once, line by line; undefined where there is none. */
export async function scan(path: string): Promise<Scan | undefined> {
  const places = new Map<string, Place>()
  let header: JournalHeader | undefined
  let [offset, end, damaged, lines] = [0, 0, 0, 0]
  let rest: Buffer = Buffer.alloc(0)
  const take = (line: Buffer): void => {
    const text = line.toString('utf8')
    if (lines++ === 0) header = parseHeader(text)
    else {
      const id = idOfLine(text)
      if (id === undefined) damaged += 1
      else places.set(id, { offset, length: line.length })
    }
    offset += line.length + 1
    end = offset
  }
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        take(rest.subarray(0, at))
        rest = rest.subarray(at + 1)
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return { header, places, end, torn: rest.length > 0, damaged }
}
