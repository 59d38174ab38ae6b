import { missingTexts } from '../cells.ts'
import { counted, type Problems } from '../problems.ts'

/** Counts the rows that repeat the header, which happens when files are joined with their headers. */
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

/** Whether a word for a missing value is quoted anywhere. Only then does the reader track which cells are quoted. */
export function quotesMissing(bytes: Buffer): boolean {
  return [...missingTexts].some((word) => word !== '' && bytes.includes(`"${word}"`))
}

/**
 * Tracks which cells of a record are quoted. A quoted `NA` is a text, such as the country code of Namibia, but only if some
 * other cell of the record is not quoted: some programs quote every cell.
 */
export class QuotedCells {
  private flags: boolean[] = []

  /** Called by the parser for each cell. */
  readonly see = (cell: string, { quoting }: { readonly quoting: boolean }): string => {
    this.flags.push(quoting)
    return cell
  }

  /** Which cells of the record that has just ended are quoted; undefined if all are. */
  take(cells: number): readonly boolean[] | undefined {
    const flags = this.flags
    this.flags = []
    return flags.length === cells && flags.includes(false) ? flags : undefined
  }
}
