import type { RunResult } from '../../records/run.ts'
import type { Report } from '../model.ts'

/**
 * A tool that finished studies are exported to: everything that is special about it. The CLI and the docs use this
 * interface.
 */
export interface ExportDefinition {
  /** The name for `export --to`, and in the folder name `export-NAME`. */
  readonly name: string
  /** The tool and what it shows, as a phrase: `TensorBoard: curves under Scalars, levers under HParams`. */
  readonly summary: string
  /** What the user does next: a command, or an instruction. `%` stands for the folder; the CLI quotes it for a shell. */
  readonly next: string
  /**
   * Yields the files, one in memory at a time. It writes nothing itself. Equal studies yield equal files. Text that the tool
   * renders goes through `escape.ts`, since names in a study may come from a stranger.
   */
  write(source: ExportSource): AsyncGenerator<ExportFile>
}

/** A finished study and the destination of its export. */
export interface ExportSource {
  readonly report: Report
  /** One in memory at a time, in the order of `report.runs`. */
  readonly runs: AsyncIterable<RunResult>
  /** The absolute path of the folder for the files; some tools store it. */
  readonly folder: string
  /** Files of the report that the tool may keep as artifacts. */
  readonly artifacts: readonly ExportFile[]
}

/** A file for another tool; `path` is relative to the export's folder, with `/`. */
export interface ExportFile {
  readonly path: string
  readonly content: string | Uint8Array
}
