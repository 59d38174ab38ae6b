import { createReadStream } from 'node:fs'
import { idOfLine, parseHeader, type JournalHeader } from './journal-line.ts'

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
  const take = (line: Buffer): void => {
    const text = line.toString('utf8')
    const id = idOfLine(text)
    if (offset === 0) header = parseHeader(text)
    else if (id === undefined) damaged += 1
    else places.set(id, { offset, length: line.length })
    offset += line.length + 1
  }
  try {
    const rest = await eachLine(path, take)
    return { header, places, end: offset, torn: rest > 0, damaged }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Hands on every line that ends in a line break; returns how many bytes follow the last one. */
async function eachLine(path: string, take: (line: Buffer) => void): Promise<number> {
  let parts: Buffer[] = []
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      take(Buffer.concat([...parts, chunk.subarray(from, at)]))
      parts = []
      from = at + 1
    }
    if (from < chunk.length) parts.push(chunk.subarray(from))
  }
  return parts.reduce((sum, part) => sum + part.length, 0)
}
