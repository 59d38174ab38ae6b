import { totalmem } from 'node:os'
import type { Watch } from './watch.ts'

/** Sizes above which a file is rejected instead of exhausting the machine: data files are not trusted. */
export interface Limits {
  /** Bytes of the file, and of its unpacked content (this stops a decompression bomb). */
  readonly bytes: number
  /** Line breaks of a text file. A quoted cell may contain some, and blank lines are skipped. */
  readonly lines: number
  readonly rows: number
  /** Rows × columns. */
  readonly cells: number
  readonly columns: number
  /** Bytes of one line or record. */
  readonly record: number
  /** Different values of one categorical column or target. */
  readonly levels: number
  /** Different texts that are kept of all columns together, and their characters. */
  readonly texts: number
  readonly characters: number
  /** Bytes of the model's inputs, rows × inputSize × 4. */
  readonly inputs: number
  /** Bytes that a table may need in memory, as far as its rows and columns show. */
  readonly memory: number
}

export const LIMITS: Limits = {
  bytes: 2 ** 31 - 1,
  lines: 20_000_000,
  rows: 10_000_000,
  cells: 200_000_000,
  columns: 65_536,
  record: 16 * 2 ** 20,
  levels: 10_000,
  texts: 2_000_000,
  characters: 2 ** 28,
  inputs: 2 ** 31,
  memory: Math.floor(0.75 * memoryOfMachine()),
}

/** A container may have less than the machine. */
function memoryOfMachine(): number {
  const most = process.constrainedMemory()
  return most > 0 ? Math.min(most, totalmem()) : totalmem()
}

/** A data file's content, inflated. */
export interface Source {
  /** Its name in messages. */
  readonly file: string
  readonly bytes: Buffer
  readonly limits: Limits
  readonly watch: Watch
  /**
   * Texts that mean "no value" here, besides the usual ones. Present only if missing values are filled in, so that a reader
   * may keep them.
   */
  readonly missing?: ReadonlySet<string>
}
