import type { RawRow } from '../diagnose/read/raw.ts'

/** A file, or a folder with the names in it. */
export interface Place {
  /** The path as people see it; also what files inside are opened by. */
  readonly path: string
  /** Names in the folder, sorted, without links; null for a file. */
  readonly names: readonly string[] | null
}

/** One run of a tool as its files say it; nothing is interpreted. */
export interface LoggedRun {
  /** What it was read from, for people: a file, or the folder of a run. */
  readonly source: string
  /** The folder that the names of files in it are relative to. */
  readonly folder: string
  /** Hyperparameters and other settings by name, as text. */
  readonly parameters: ReadonlyMap<string, string>
  /** In the order of the log; a row may have any part of the metrics. */
  readonly rows: readonly RawRow[]
  /** True if the rows may belong to several seeds, which a column distinguishes. */
  readonly mixed?: true
}

/**
 * A form in which tools keep the results of runs: one file here and one entry of `formats/index.ts`. Nobody else knows what
 * the files of a tool are called.
 */
export interface ResultsFormat<Name extends string = string> {
  /** The name in messages and docs. It never changes. */
  readonly name: Name
  /** The tool as prose spells it. */
  readonly tool: string
  /** What it reads, for the docs: `a run folder of the file store`. */
  readonly summary: string
  /** Whether the place is a run, or a file of runs, in this form. It looks at names only. */
  fits(place: Place): boolean
  /** The runs there. Throws an `InputError` for a file that is not what its name says. */
  read(place: Place): Promise<readonly LoggedRun[]>
}
