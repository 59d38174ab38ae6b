import type { Source } from '../source.ts'
import type { OpenTable, TableUse } from '../table.ts'

/** A file of a folder, inflated. */
export interface FolderFile {
  /** Its path in the folder, with `/` between folders. */
  readonly name: string
  readonly bytes: Buffer
}

/**
 * A format of data files: everything that is special about it. The reader, `init`, the schema and the docs use this
 * interface.
 */
export interface FormatDefinition {
  /** The name in the docs, and part of the fingerprint of all data in this format. It never changes. */
  readonly name: string
  /**
   * Endings of file names in lower case and without the dot, the usual one first. No two formats share one. Every format may
   * be compressed: a trailing `.gz` is removed, and the content is inflated, before the format sees it.
   */
  readonly endings: readonly [usual: string, ...others: string[]]
  /** What such a file contains, and how it becomes rows and columns, in one or two sentences for the docs. */
  readonly summary: string
  /**
   * Whether it is lines of text. Lines are counted while the file is read, so that a file with too many is rejected early.
   */
  readonly isText: boolean
  /** Whether a target may name an array of several columns, each of them a target. Omitted if not. */
  readonly namesArrays?: true
  /**
   * Reads the beginning of the file and returns its columns. The returned table reads the rows. Files are not trusted:
   * everything that grows with a file is limited by `source.limits`, through a `Gauge` or `requireSize`.
   *
   * @param use what must be known about the use of the table to find its header and its arrays
   * @throws InputError if the content does not match the file's name; its places are file:line:column, counted from 1
   */
  open(source: Source, use: TableUse): OpenTable | Promise<OpenTable>
  /**
   * Reads a folder of files of this format, if one file is not a table by itself, such as an image. If absent, each file of
   * a folder is a table with the same columns, and they are stacked.
   *
   * @param files each with its path in the folder, sorted
   */
  openFolder?(files: readonly FolderFile[], source: Source, use: TableUse): OpenTable | Promise<OpenTable>
}
