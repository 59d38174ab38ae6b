import type { Task } from './types.ts'

export type ColumnType = 'numeric' | 'categorical' | 'text' | 'constant' | 'identifier' | 'list'

export interface ColumnSummary {
  readonly name: string
  readonly index: number
  readonly type: ColumnType
  /** Number of different values, without missing ones; counting stops at 10,000, so 10,001 means more. */
  readonly distinct: number
  readonly missing: number
  /** Smallest and largest number; null if the column has none. */
  readonly min: number | null
  readonly max: number | null
  /** SD of the numbers; null if the column has none. */
  readonly sd: number | null
  /** Whether it contains numbers, all of them integers. */
  readonly whole: boolean
  /** For texts, the number of words and signs that nearly all of them have at most; otherwise null. */
  readonly words: number | null
  /** Whether its texts are dates, with or without a time of day, or its numbers points in time. */
  readonly time: boolean
  /** Whether it says yes or no: 0 and 1, no and yes, or false and true. */
  readonly label: boolean
  /** How its cells list labels, if the values leave no doubt that they do; otherwise null. */
  readonly listed: ListedLabels | null
  /** Signs that may stand between labels and that some of its texts have. */
  readonly separators: readonly string[]
  /** If the texts are numbers in another spelling, how they are spelled, after "numbers": `with a currency sign`. */
  readonly spelling: string | null
}

/** How a column lists labels. */
export interface ListedLabels {
  /** What stands between two labels; null for lists. */
  readonly separator: string | null
  /** Labels that enough rows have. */
  readonly count: number
  /** Rows that a label should have. */
  readonly minRows: number
}

/** What `init` learns from a data file before there is a spec. Everything below `columns` is a guess. */
export interface TableSummary {
  readonly file: string
  /** The file's name without its folder and endings. */
  readonly stem: string
  readonly format: string
  readonly delimiter: string | null
  readonly header: boolean
  readonly rows: number
  readonly columns: readonly ColumnSummary[]
  /** Words among numbers that seem to stand for missing values, such as `-`; the summary reads them so. */
  readonly missingWords: readonly string[]
  readonly target: string | null
  /** All targets, the first of them `target`, if the user names several. */
  readonly targets?: readonly string[]
  /** The name of the array that holds all targets, if one does. */
  readonly targetArray?: string
  /** How the target lists labels, if it is one column of labels. */
  readonly labels?: Pick<ListedLabels, 'separator' | 'minRows'>
  /** What speaks for the target, as clauses; empty if the file itself names it. */
  readonly targetWhy: readonly string[]
  readonly task: Task | null
  /** Shape of one row if the columns look like pixels, such as 64 → [8, 8, 1], or the array's own shape. */
  readonly imageShape: readonly number[] | null
  /** 1 / the largest pixel value, beside `imageShape`. */
  readonly scale: number | null
  /** The column of texts if the other columns leave nothing else to learn from, with a length for its tokens. */
  readonly text: { readonly column: string; readonly length: number } | null
}
