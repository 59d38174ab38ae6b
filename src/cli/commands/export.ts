import { join } from 'node:path'
import { shellWord } from '../../base/shell.ts'
import { exporters, type ExportTarget } from '../../report/exports/index.ts'
import { exportStudy } from '../../study/export-study.ts'
import { out } from '../print.ts'
import { runFolder } from '../run-folder.ts'

/** Writes a finished run's files for another tool and says what to do with them. */
export async function exportCommand(path: string, options: { readonly to: ExportTarget; readonly output?: string }): Promise<number> {
  const run = runFolder(path)
  const folder = options.output ?? join(run, `export-${options.to}`)
  const count = await exportStudy(run, options.to, folder)
  out.lines(`${count} files written to ${folder}`, `Next: ${exporters[options.to].next.replaceAll('%', () => shellWord(folder))}`)
  return 0
}
