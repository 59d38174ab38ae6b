import { openFile } from '../base/devices.ts'
import { elapsedOfLine, idOfLine, mostLineBytes, parseHeader, type FoundHeader } from './journal-line.ts'

/** No budget allows this many; further lines count as damaged. */
const mostRuns = 1_000_000

/** Where a line's run is in the file, without its line break. */
export interface Place {
  readonly offset: number
  readonly length: number
}

/** The content of a journal. */
export interface Scan {
  /** Undefined if the first line is not an intact header that this version understands. */
  readonly first: FoundHeader | undefined
  /** By run id; the last of equal ids counts. */
  readonly places: Map<string, Place>
  /** Length of the file up to its last complete line. */
  readonly end: number
  /** Whether bytes follow that. */
  readonly torn: boolean
  /** Complete lines whose content was altered. */
  readonly damaged: number
  /** Milliseconds that the study has used, as far as they were recorded. */
  readonly elapsed: number
}

/**
 * Reads the file once, with one line in memory at a time; undefined if there is no file.
 *
 * @param from where to begin: the `end` of an earlier scan, for what was appended since. Then there is no `first`.
 */
export async function scanJournal(path: string, from = 0): Promise<Scan | undefined> {
  const places = new Map<string, Place>()
  let first: FoundHeader | undefined
  let [offset, damaged, elapsed] = [from, 0, 0]
  const take = (line: Buffer, bytes: number): void => {
    // An editor may have written Windows line endings.
    const length = line.at(-1) === 13 ? bytes - 1 : bytes
    const text = line.toString('utf8', 0, length)
    const id = places.size < mostRuns ? idOfLine(text) : undefined
    if (offset === 0) first = parseHeader(text)
    if (id !== undefined) places.set(id, { offset, length })
    else if (offset > 0 && length > 0) {
      const time = elapsedOfLine(text)
      elapsed = Math.max(elapsed, time ?? 0)
      // Two concatenated files have two headers. The ids of the runs show which study they belong to.
      if (time === undefined && parseHeader(text) === undefined) damaged += 1
    }
    offset += bytes + 1
  }
  try {
    const rest = await eachLine(path, from, take)
    return { first, places, end: offset, torn: rest > 0, damaged, elapsed }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Passes on every line that ends in a line break, and returns how many bytes follow the last one. For a line that is too
 * long, it passes only the length.
 */
async function eachLine(path: string, begin: number, take: (line: Buffer, length: number) => void): Promise<number> {
  let parts: Buffer[] = []
  let length = 0
  const add = (part: Buffer): void => {
    length += part.length
    if (length > mostLineBytes) parts = []
    else parts.push(part)
  }
  const file = await openFile(path)
  for await (const chunk of file.createReadStream({ start: begin }) as AsyncIterable<Buffer>) {
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
