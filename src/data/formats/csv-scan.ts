import { DecimalReader } from '../decimal.ts'

const [tab, newline, verticalTab, formFeed, carriageReturn, blank, quote] = [9, 10, 11, 12, 13, 32, 34]
/** Bytes from here on belong to characters beyond ASCII. Some of these characters are blanks. */
const beyondAscii = 128

/** How a cell is written: bare; in quotes; or in quotes with doubled quotes inside. */
const [bare, quoted, doubled] = [0, 1, 2]

/**
 * Splits delimited text as in RFC 4180 into records, without a string for any cell. The cells of the current record are
 * places in the bytes. Blanks around cells, blank lines and a byte order mark are not part of any cell.
 */
export class CsvScan {
  /** Cells of the current record. */
  count = 0
  /** The first line of the current record, counted from 1. */
  line = 0
  /** Whether the text ends or continues in a way that only a parser with all rules can judge or explain. */
  odd = false
  readonly #bytes: Buffer
  readonly #delimiter: number
  readonly #mostRecord: number
  /** 1 for each byte that ends a bare cell, or that must not be in one. */
  readonly #stops = new Uint8Array(256)
  #at: number
  #nextLine = 1
  #starts = new Int32Array(64)
  #ends = new Int32Array(64)
  #kinds = new Uint8Array(64)
  #values = new Float64Array(64)
  #bareCells = 0
  readonly #decimal = new DecimalReader()

  /** @param mostRecord bytes of a record; a longer one is odd */
  constructor(bytes: Buffer, delimiter: string, mostRecord: number) {
    this.#bytes = bytes
    this.#delimiter = delimiter.charCodeAt(0)
    this.#mostRecord = mostRecord
    for (const stop of [this.#delimiter, newline, carriageReturn, quote]) this.#stops[stop] = 1
    this.#at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  }

  /** Goes to the next record. False at the end of the text, and once it is odd. */
  next(): boolean {
    do {
      if (this.#at >= this.#bytes.length) return false
      this.count = 0
      this.#bareCells = 0
      this.line = this.#nextLine
      if (!this.#record()) return false
    } while (this.#isBlank())
    return true
  }

  /** The number that a bare cell spells as a plain decimal; NaN if it does not, or if `parseNumber` has to decide. */
  value(cell: number): number {
    return this.#values[cell] ?? NaN
  }

  /** First byte of a cell. */
  start(cell: number): number {
    return this.#starts[cell] ?? 0
  }

  /** Offset after the last byte of a cell. */
  end(cell: number): number {
    return this.#ends[cell] ?? 0
  }

  /** Whether the bytes of a cell are its text: it has no doubled quotes, and no blanks beyond ASCII at its ends. */
  isPlain(cell: number): boolean {
    const kind = this.#kinds[cell]
    if (kind === quoted) return true
    if (kind === doubled) return false
    const [start, end] = [this.start(cell), this.end(cell)]
    return start === end || ((this.#bytes[start] ?? 0) < beyondAscii && (this.#bytes[end - 1] ?? 0) < beyondAscii)
  }

  /** Whether a cell is quoted, and some other cell of the record is not: some programs quote every cell. */
  isLiteral(cell: number): boolean {
    return this.#bareCells > 0 && this.#kinds[cell] !== bare
  }

  text(cell: number): string {
    const text = this.#bytes.toString('utf8', this.start(cell), this.end(cell))
    const kind = this.#kinds[cell]
    return kind === bare ? text.trim() : kind === doubled ? text.replaceAll('""', '"') : text
  }

  /** Reads the cells up to the end of a record. */
  #record(): boolean {
    const bytes = this.#bytes
    const decimal = this.#decimal
    const first = this.#at
    for (;;) {
      const start = this.#at
      // Most cells are plain numbers.
      const end = decimal.read(bytes, start)
      const after = bytes[end]
      const isNumber = end > start && (after === this.#delimiter || after === newline || after === carriageReturn)
      if (isNumber) {
        this.#at = end
        this.#push(start, end, bare, decimal.value)
      } else if (!this.#otherCell()) break
      const byte = bytes[this.#at++]
      if (byte === this.#delimiter) continue
      if (byte === carriageReturn && bytes[this.#at] === newline) this.#at++
      this.#nextLine++
      if (this.#at - first > this.#mostRecord) break
      return true
    }
    this.odd = true
    return false
  }

  /** Any cell. False if it breaks the rules of quoting. */
  #otherCell(): boolean {
    this.#skipBlanks()
    return this.#bytes[this.#at] === quote ? this.#quotedCell() : this.#bareCell()
  }

  /** Blanks before or after a cell. A tab may be the delimiter. */
  #skipBlanks(): void {
    const bytes = this.#bytes
    for (;;) {
      const byte = bytes[this.#at]
      const isBlank = byte === blank || byte === tab || byte === verticalTab || byte === formFeed
      if (!isBlank || byte === this.#delimiter) return
      this.#at++
    }
  }

  /** A cell up to a delimiter or the end of a line. False if a quote is in it, behind more than blanks. */
  #bareCell(): boolean {
    const bytes = this.#bytes
    const stops = this.#stops
    const { length } = bytes
    const start = this.#at
    let at = start
    while (at < length && stops[bytes[at] ?? 0] === 0) at++
    this.#at = at
    if (bytes[at] === quote) return this.#areBlanks(start, at) && this.#quotedCell()
    while (at > start) {
      const byte = bytes[at - 1]
      if (byte !== blank && byte !== tab && byte !== verticalTab && byte !== formFeed) break
      at--
    }
    this.#push(start, at, bare, NaN)
    return true
  }

  /** A cell in quotes. False if it is not closed, or if text follows the closing quote. */
  #quotedCell(): boolean {
    const bytes = this.#bytes
    const start = this.#at + 1
    let kind = quoted
    let at = start
    for (;;) {
      const end = bytes.indexOf(quote, at)
      if (end < 0) return false
      if (bytes[end + 1] !== quote) {
        this.#countLines(start, end)
        this.#push(start, end, kind, NaN)
        return this.#closes(end + 1)
      }
      kind = doubled
      at = end + 2
    }
  }

  /** Goes to the end of a quoted cell. False if anything but blanks follows its closing quote. */
  #closes(from: number): boolean {
    const bytes = this.#bytes
    let at = from
    while (at < bytes.length && this.#stops[bytes[at] ?? 0] === 0) at++
    this.#at = at
    return bytes[at] !== quote && (at === from || this.#areBlanks(from, at))
  }

  /** Blanks beyond ASCII are blanks too. */
  #areBlanks(start: number, end: number): boolean {
    return this.#bytes.toString('utf8', start, end).trim() === ''
  }

  /** The lines that a quoted cell spans. */
  #countLines(start: number, end: number): void {
    const bytes = this.#bytes
    for (let at = start; at < end; at++) {
      const byte = bytes[at]
      if (byte === newline || (byte === carriageReturn && bytes[at + 1] !== newline)) this.#nextLine++
    }
  }

  #push(start: number, end: number, kind: number, value: number): void {
    const cell = this.count++
    if (cell >= this.#starts.length) this.#grow()
    if (kind === bare) this.#bareCells++
    this.#starts[cell] = start
    this.#ends[cell] = end
    this.#kinds[cell] = kind
    this.#values[cell] = value
  }

  #grow(): void {
    const larger = <T extends Int32Array | Uint8Array | Float64Array>(array: T, by: T): T => {
      by.set(array)
      return by
    }
    const length = 2 * this.#starts.length
    this.#starts = larger(this.#starts, new Int32Array(length))
    this.#ends = larger(this.#ends, new Int32Array(length))
    this.#kinds = larger(this.#kinds, new Uint8Array(length))
    this.#values = larger(this.#values, new Float64Array(length))
  }

  /** A line without a cell, or with nothing but blanks. */
  #isBlank(): boolean {
    if (this.count !== 1 || this.#kinds[0] !== bare) return false
    return this.start(0) === this.end(0) || (!this.isPlain(0) && this.text(0) === '')
  }
}
