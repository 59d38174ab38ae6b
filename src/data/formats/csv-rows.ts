import { counted, type Problems } from '../problems.ts'

/** Rows that repeat the header: somebody joined files with their headers. */
export class RepeatedHeader {
  private count = 0
  private line = 0
  private readonly file: string

  constructor(file: string) {
    this.file = file
  }

  see(line: number): void {
    if (this.count++ === 0) this.line = line
  }

  report(problems: Problems): void {
    if (this.count === 0) return
    problems.add({
      code: 'data/repeated-header',
      message: `${counted(this.count, 'row')} ${this.count === 1 ? 'repeats' : 'repeat'} the header`,
      at: { file: this.file, line: this.line, column: 1 },
      hint: 'remove the headers of all files but the first when you join files',
    })
  }
}

/** Whether a word for a missing value is quoted anywhere: only then is it worth asking for each cell. */
export function quotesMissing(bytes: Buffer): boolean {
  return ['"NA"', '"N/A"', '"NaN"', '"nan"', '"NAN"', '"null"', '"NULL"', '"?"'].some((word) => bytes.includes(word))
}

/**
 * Which cells of a record are quoted. A quoted `NA` is a text, such as the country code of Namibia, if quotes distinguish
 * anything: if another cell of the record is not quoted.
 */
export class QuotedCells {
  private flags: boolean[] = []

  /** Sees a cell as the parser hands it out. */
  readonly see = (cell: string, { quoting }: { readonly quoting: boolean }): string => {
    this.flags.push(quoting)
    return cell
  }

  /** The cells of the record that has just ended which are texts whatever they say; undefined if all are quoted. */
  take(cells: number): readonly boolean[] | undefined {
    const flags = this.flags
    this.flags = []
    return flags.length === cells && flags.includes(false) ? flags : undefined
  }
}
