import { fitsFloat32, isMissing, keptBad, noneBad, parseNumber, type BadCell, type BadKind } from './cells.ts'
import { decimalAt } from './decimal.ts'
import { RecentCells } from './recent-cells.ts'
import type { Texts } from './texts.ts'

/** What to keep of a column: nothing; its numbers, as 32-bit or 64-bit floats; or its texts, as codes. */
export type Want = 'skip' | 'single' | 'double' | TextWant
/** Texts as categories, where some words mean "no value"; texts, where every word is one; or any number of lists of labels. */
export type TextWant = 'text' | 'verbatim' | 'labels'

export const isTextWant = (want: Want): want is TextWant => want === 'text' || want === 'verbatim' || want === 'labels'

/** One column as read. Its `at` is NaN if the cell is not a number, and everywhere if texts were kept. */
export interface Column {
  readonly name: string
  readonly index: number
  /** Whether texts were kept. */
  readonly isText: boolean
  /** How texts were read, if not as categories. Of `verbatim`, only blank cells are missing, and a text such as NA is not. */
  readonly readAs?: Exclude<TextWant, 'text'>
  readonly at: (row: number) => number
  /** Level of each row; null if numbers were kept, or if there are too many texts for categories. */
  readonly codes: Int32Array | null
  /** In order of first appearance. The empty text stands for every missing value. */
  readonly levels: readonly string[] | null
  /** Some different texts: all levels, or the first few of too many for categories; empty if numbers were kept. */
  readonly texts: readonly string[]
  /** The first few bad cells of each kind, and the total count. */
  readonly bad: readonly BadCell[]
  readonly badCount: Readonly<Record<BadKind, number>>
}

const mostWords = 100
/** Codes of recent cells that are no level: a missing value, and a text among numbers. */
const [noValue, noNumber] = [2 ** 30, 2 ** 30 + 1]
/** Texts that are kept of a column that has too many for categories. */
export const keptTexts = 200
/** Characters that are kept of each of them. */
export const keptCharacters = 100

/** Collects a column cell by cell; memory is one number or one code per row, and each different text once. */
export class ColumnBuilder {
  /** Whether a cell that is a plain number is one, whatever its spelling. */
  readonly takesNumbers: boolean
  readonly #name: string
  readonly #index: number
  readonly #isText: boolean
  readonly #isVerbatim: boolean
  readonly #readAs: Exclude<TextWant, 'text'> | undefined
  readonly #mostLevels: number
  readonly #texts: Texts
  readonly #missing: ReadonlySet<string> | undefined
  #rows = 0
  #numbers: Float32Array | Float64Array
  #codes: Int32Array | null
  #levels: Map<string, number> | null
  readonly #bad: BadCell[] = []
  readonly #badCount = { ...noneBad }
  #few: readonly string[] = []
  /** Bare cells, and those that are texts by their quotes, of one buffer. */
  #recent = [new RecentCells(), new RecentCells()] as const
  #source: Buffer | null = null
  /** Some texts that are known to be no number. */
  readonly #words = new Set<string>()

  /**
   * Texts are kept as long as the column may be categorical, and then released.
   *
   * @param missing texts that mean "no value", besides the usual ones
   */
  constructor(name: string, index: number, want: Exclude<Want, 'skip'>, texts: Texts, missing?: ReadonlySet<string>) {
    this.#name = name
    this.#index = index
    this.#isText = isTextWant(want)
    this.#isVerbatim = want === 'verbatim'
    this.#readAs = want === 'verbatim' || want === 'labels' ? want : undefined
    this.#mostLevels = want === 'labels' ? Infinity : texts.perColumn
    this.#texts = texts
    this.#missing = missing
    this.takesNumbers = !this.#isText && ![...(missing ?? [])].some((word) => !Number.isNaN(parseNumber(word)))
    const capacity = 16
    this.#numbers = want === 'single' ? new Float32Array(capacity) : new Float64Array(capacity)
    this.#codes = this.#isText ? new Int32Array(capacity) : null
    this.#levels = this.#isText ? new Map() : null
  }

  /**
   * One more cell, as text.
   *
   * @param literal whether the file says that it is a text, and no word for a missing value, by quoting it
   */
  text(cell: string, line: number, literal = false): void {
    if (this.#isVerbatim) {
      if (cell.trim() === '') this.#none(cell, line)
      else this.#level(cell)
    } else if (this.#missing?.has(cell.trim())) this.#none(cell, line)
    else if (this.#isText) {
      if (isMissing(cell) && !(literal && cell !== '')) this.#none(cell, line)
      else this.#level(cell)
    } else if (this.#words.has(cell)) this.#word(cell, line)
    else {
      const value = parseNumber(cell)
      if (fitsFloat32(value)) this.#number(value)
      else if (isMissing(cell)) this.#none(cell, line)
      else if (Number.isNaN(value)) this.#word(cell, line)
      else {
        this.#number(NaN)
        this.#note('infinite', line, cell)
      }
    }
    this.#rows++
  }

  /** A text among numbers. */
  #word(cell: string, line: number): void {
    this.#number(NaN)
    this.#note('text', line, cell)
    if (this.#words.size < mostWords) this.#words.add(cell)
  }

  /** One more cell that is a plain number within the range of 32-bit floats. Only if the column takes numbers. */
  plainNumber(value: number): void {
    this.#number(value)
    this.#rows++
  }

  /**
   * One more cell, as text in UTF-8. What was there before does not become a string again.
   *
   * @param literal as in `text`
   */
  bytes(source: Buffer, start: number, end: number, line: number, literal: boolean): void {
    if (source !== this.#source) this.#recent = [new RecentCells(), new RecentCells()]
    this.#source = source
    const recent = this.#recent[literal ? 1 : 0]
    const known = recent.find(source, start, end)
    if (known >= 0 && this.#again(known)) return
    const value = this.takesNumbers ? decimalAt(source, start, end) : NaN
    if (fitsFloat32(value)) return this.plainNumber(value)
    const { missing, text } = this.#badCount
    const rows = this.#rows
    this.text(source.toString('utf8', start, end), line, literal)
    if (missing !== this.#badCount.missing) recent.keep(start, end, noValue)
    else if (this.#codes) recent.keep(start, end, this.#codes[rows] ?? 0)
    else if (text !== this.#badCount.text) recent.keep(start, end, noNumber)
  }

  /** One more cell like one that was there before. False if it has to be looked at, since it is kept as an example. */
  #again(known: number): boolean {
    if (known === noValue || known === noNumber) {
      const kind = known === noValue ? 'missing' : 'text'
      if (this.#isText || this.#badCount[kind] < keptBad) return false
      this.#badCount[kind]++
      this.#number(NaN)
    } else if (this.#codes) this.#code(known)
    else return false
    this.#rows++
    return true
  }

  /** One more cell that was already a number in the file. */
  number(cell: number, line: number): void {
    if (!this.#isVerbatim && this.#missing?.has(String(cell))) this.#none(String(cell), line)
    else if (this.#isText) {
      if (Number.isInteger(cell) && !Number.isSafeInteger(cell)) this.#note('rounded', line, String(cell))
      this.#level(String(cell))
    } else if (fitsFloat32(cell)) this.#number(cell)
    else {
      this.#number(NaN)
      this.#note('infinite', line, String(cell))
    }
    this.#rows++
  }

  /** Whether a cell may be a list. */
  get takesLists(): boolean {
    return this.#readAs === 'labels'
  }

  /** One more cell that is a list. Only if the column takes lists. */
  list(items: readonly string[]): void {
    this.text(JSON.stringify(items), 0, true)
  }

  done(): Column {
    const numbers = this.#numbers
    return {
      name: this.#name,
      index: this.#index,
      isText: this.#isText,
      ...(this.#readAs && { readAs: this.#readAs }),
      at: this.#isText ? () => NaN : (row) => numbers[row] ?? NaN,
      codes: this.#codes?.subarray(0, this.#rows) ?? null,
      levels: this.#levels ? [...this.#levels.keys()] : null,
      texts: this.#levels ? [...this.#levels.keys()] : this.#few,
      bad: this.#bad,
      badCount: this.#badCount,
    }
  }

  /** A cell without a value. */
  #none(cell: string, line: number): void {
    this.#note('missing', line, cell)
    if (this.#isText) this.#level('')
    else this.#number(NaN)
  }

  #number(value: number): void {
    if (this.#rows >= this.#numbers.length) {
      const larger = new (this.#numbers instanceof Float32Array ? Float32Array : Float64Array)(2 * this.#rows)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.#rows] = value
  }

  #level(text: string): void {
    if (!this.#levels || !this.#codes) return
    let code = this.#levels.get(text)
    if (code === undefined) {
      code = this.#levels.size
      if (code === this.#mostLevels) {
        this.#texts.letGo(this.#levels.keys())
        this.#few = [...this.#levels.keys()].slice(0, keptTexts).map((one) => one.slice(0, keptCharacters))
        this.#levels = this.#codes = null
        return
      }
      this.#texts.keep(text, this.#name)
      this.#levels.set(text, code)
    }
    this.#code(code)
  }

  #code(code: number): void {
    if (!this.#codes) return
    if (this.#rows >= this.#codes.length) {
      const larger = new Int32Array(2 * this.#rows)
      larger.set(this.#codes)
      this.#codes = larger
    }
    this.#codes[this.#rows] = code
  }

  #note(kind: BadKind, line: number, found: string): void {
    // A long cell is truncated: five cells of every column are kept.
    if (this.#badCount[kind]++ < keptBad) this.#bad.push({ kind, line, found: found.slice(0, 500) })
  }
}
