import type { Source } from '../source.ts'
import type { OpenTable, TableUse } from '../table.ts'

/** A format of data files: everything that is special about it. The reader, `init`, the schema and the docs ask this. */
export interface FormatDefinition {
  /** As the docs write it, and a part of every fingerprint of such data. It never changes. */
  readonly name: string
  /**
   * Endings of file names in lower case and without the dot, the usual one first. No two formats share one. Every format may
   * be compressed: `.gz` behind the ending is taken off, and the content inflated, before the format is asked.
   */
  readonly endings: readonly [usual: string, ...others: string[]]
  /** What such a file holds, and how it becomes rows and columns, in a sentence or two for the docs. */
  readonly summary: string
  /** Whether it is lines of text. Lines are counted while the file is read, so that one with too many is refused early. */
  readonly isText: boolean
  /**
   * Looks at the beginning of the file and says which columns it has; the table that it returns reads the rows. Files are
   * not trusted: everything that grows with one is held to `source.limits`, by a `Gauge` or by `requireSize`.
   *
   * @param use what has to be known of the use of the table to find its header and its arrays
   * @throws InputError where the file is not what its name says; places in it are file:line:column, counted from 1
   */
  open(source: Source, use: TableUse): OpenTable
}
