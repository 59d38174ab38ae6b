import { counted, fail } from './problems.ts'
import type { Limits, Source } from './source.ts'

/** How often the clock and the memory are checked. */
const rowsBetween = 4096
/**
 * Bytes that a kept cell takes while its column grows and once it is an input: 8 for a number, half as many for growth, 4
 * for a float. Measured: a process that loads 20 million cells in 2 million rows takes 529 MiB for a .csv, where the
 * estimate says 511 MiB, and 369 MiB for a .npy of 4-byte floats, where it says 504 MiB.
 */
const cellBytes = 16
/** Bytes that a row takes besides its cells: its place in the split, its codes, its hash. */
const rowBytes = 64

/** Counts what is read of a table, and rejects the table once it exceeds the limits. */
export class Gauge {
  rows = 0
  private cells = 0
  private readonly source: Source
  private readonly kept: number

  /** @param kept columns whose cells are kept */
  constructor(source: Source, kept: number) {
    this.source = source
    this.kept = kept
  }

  /** One more row with this many cells, kept or not. */
  row(cells: number): void {
    const { limits, watch } = this.source
    this.rows++
    this.cells += cells
    if (this.rows > limits.rows) tooMany(this.source, 'row', limits.rows)
    if (this.cells > limits.cells) tooMany(this.source, 'cell', limits.cells)
    if (this.rows % rowsBetween !== 0) return
    watch.look()
    requireMemory(this.source, this.rows, this.kept)
  }
}

/** Counts the lines of a text as it arrives, by its more frequent line ending, and rejects it if there are too many. */
export class LineCount {
  private feeds = 0
  private returns = 0
  private readonly most: number
  private readonly refuse: () => never

  constructor(most: number, refuse: () => never) {
    this.most = most
    this.refuse = refuse
  }

  add(bytes: Uint8Array): void {
    this.feeds = this.count(bytes, 10, this.feeds)
    this.returns = this.count(bytes, 13, this.returns)
  }

  private count(bytes: Uint8Array, sign: number, before: number): number {
    let count = before
    for (let at = bytes.indexOf(sign); at >= 0; at = bytes.indexOf(sign, at + 1)) {
      if (++count > this.most) this.refuse()
    }
    return count
  }
}

/** The same as a gauge for a table whose rows and columns are known beforehand. */
export function requireSize(source: Source, rows: number, columns: number): void {
  const { limits } = source
  if (rows > limits.rows) tooMany(source, 'row', limits.rows, rows)
  if (rows * columns > limits.cells) tooMany(source, 'cell', limits.cells, rows * columns)
  requireMemory(source, rows, columns)
}

/** Rejects what would not fit in this machine's memory, before memory is exhausted and the system ends the process. */
function requireMemory({ file, bytes, limits }: Source, rows: number, columns: number): void {
  const need = bytes.length + rows * (columns * cellBytes + rowBytes)
  if (need <= limits.memory) return
  fail({
    code: 'data/memory',
    message: `${file} needs more memory than this machine has available`,
    found: `about ${mebibytes(need)} for the first ${counted(rows, 'row')} of ${counted(columns, 'column')}`,
    allowed: `at most ${mebibytes(limits.memory)}`,
    hint: 'use fewer rows or columns, or run on a larger machine',
  })
}

export function tooMany({ file }: Pick<Source, 'file'>, what: string, most: number, found?: number): never {
  return fail({
    code: `data/too-many-${what}s`,
    message: `${file} has too many ${what}s`,
    found: found === undefined ? `more than ${counted(most, what)}` : counted(found, what),
    allowed: `at most ${counted(most, what)}`,
    hint: 'use a sample of the rows',
  })
}

export function tooLarge(file: string, found: string, limits: Pick<Limits, 'bytes'>): never {
  return fail({ code: 'data/too-large', message: `${file} is too large`, found, allowed: counted(limits.bytes, 'byte') })
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`
