import { ColumnBuilder } from './column.ts'
import type { Column, Want } from './column.ts'
import type { Source } from './source.ts'
import { Texts } from './texts.ts'

/** What must be known about the use of a table to find its header and its arrays. */
export interface TableUse {
  readonly header: boolean | 'auto'
  /** Null while nothing is known, as in `inspect`. */
  readonly target: string | null
  /** All targets, if there are several. */
  readonly targets?: readonly string[]
  readonly groupBy: string | null
  /** The shape of one row, if the spec gives it: images are resized to it. */
  readonly shape?: readonly number[] | null
}

/** A table whose column names are known but whose rows are not read yet, so that a wrong name fails before they are. */
export interface OpenTable {
  readonly file: string
  readonly names: readonly string[]
  readonly header: boolean
  readonly delimiter: string | null
  /** Shape of one row, if the file has one; null if rows are plain columns. */
  readonly rowShape: readonly number[] | null
  /** The target's column, if the format itself separates the target from the inputs; null otherwise. */
  readonly target: number | null
  /** How many columns the target has, from there on, if it is an array of several. */
  readonly targetWidth?: number
  /** Columns of lists of single values, by index. Omitted if the format has none. */
  readonly lists?: readonly number[]
  /** All columns of lists or structures, by index; they cannot be inputs. Omitted if the format cannot say. */
  readonly nested?: readonly number[]
  /** Throws InputError with every malformed row. */
  read(wants: readonly Want[]): Table
}

export interface Table {
  readonly file: string
  readonly rows: number
  /** Rows of each file, if the table consists of several. */
  readonly counts?: readonly number[]
  /** One per name; null if it was skipped. */
  readonly columns: readonly (Column | null)[]
}

/** Column builders for the needed columns. */
export function builders(source: Source, names: readonly string[], wants: readonly Want[]): (ColumnBuilder | null)[] {
  const texts = new Texts(source)
  return names.map((name, i) => {
    const want = wants[i] ?? 'skip'
    return want === 'skip' ? null : new ColumnBuilder(name, i, want, texts, source.missing)
  })
}

/** The finished table from what the builders collected. */
export function finish(file: string, rows: number, columns: readonly (ColumnBuilder | null)[]): Table {
  return { file, rows, columns: columns.map((c) => c?.done() ?? null) }
}
