import { join } from 'node:path'
import { shellWord } from '../../base/shell.ts'
import { exportNamed } from '../../report/exports/index.ts'
import { exportStudy } from '../../study/export-study.ts'
import { out } from '../print.ts'
import { runFolder } from '../run-folder.ts'

export interface ExportOptions {
  /** Name of the export. */
  readonly to: string
  readonly output?: string
}

/** Writes a finished run's files for another tool and says what to do with them. */
export async function exportCommand(path: string, options: ExportOptions): Promise<number> {
  const run = runFolder(path)
  const tool = exportNamed(options.to)
  const folder = options.output ?? join(run, `export-${tool.name}`)
  const count = await exportStudy(run, tool, folder)
  out.lines(`${count} files written to ${folder}`, `Next: ${tool.next.replaceAll('%', () => shellWord(folder))}`)
  return 0
}
