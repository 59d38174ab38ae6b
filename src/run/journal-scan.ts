import { createReadStream } from 'node:fs'
import { idOfLine, mostLineBytes, parseHeader, type JournalHeader } from './journal-line.ts'

/** No budget allows as many; further lines count as damaged. */
const mostRuns = 1_000_000

/** Where the run of a line stands in the file, its line break left out. */
export interface Place { readonly offset: number; readonly length: number }

/** What a journal holds. */
export interface Scan {
  /** Undefined where the first line is not a header that this version understands. */
  readonly header: JournalHeader | undefined
  /** By the id of the run; of equal ids the last one counts. */
  readonly places: Map<string, Place>
  /** Length of the file up to its last whole line. */
  readonly end: number
  /** Whether bytes follow that. */
  readonly torn: boolean
  /** Whole lines that are not what was written. */
  readonly damaged: number
}

/** Reads the file once, one line in memory at a time; undefined where there is none. */
export async function scanJournal(path: string): Promise<Scan | undefined> {
  const places = new Map<string, Place>()
  let header: JournalHeader | undefined
  let [offset, damaged] = [0, 0]
  const take = (line: Buffer, length: number): void => {
    const text = line.toString('utf8')
    const id = places.size < mostRuns ? idOfLine(text) : undefined
    if (offset === 0) header = parseHeader(text)
    else if (id === undefined) damaged += 1
    else places.set(id, { offset, length })
    offset += length + 1
  }
  try {
    const rest = await eachLine(path, take)
    return { header, places, end: offset, torn: rest > 0, damaged }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Hands on every line that ends in a line break; returns how many bytes follow the last one. Of a line that is too long only its length is known. */
async function eachLine(path: string, take: (line: Buffer, length: number) => void): Promise<number> {
  let parts: Buffer[] = []
  let length = 0
  const add = (part: Buffer): void => {
    length += part.length
    if (length > mostLineBytes) parts = []
    else parts.push(part)
  }
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, at))
      take(Buffer.concat(parts), length)
      parts = []
      length = 0
      from = at + 1
    }
    if (from < chunk.length) add(chunk.subarray(from))
  }
  return length
}
