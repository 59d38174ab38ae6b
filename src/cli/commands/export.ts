import { join } from 'node:path'
import { exporters, type ExportTarget } from '../../report/export/index.ts'
import { exportStudy } from '../../study/export-study.ts'
import { runFolder } from '../run-folder.ts'
import { print } from '../output.ts'

/** Writes a finished run's files for another tool and says what to do with them. */
export async function exportCommand(path: string, options: { readonly to: ExportTarget; readonly output?: string }): Promise<number> {
  const run = runFolder(path)
  const folder = options.output ?? join(run, `export-${options.to}`)
  const count = await exportStudy(run, options.to, folder)
  print(`${count} files written to ${folder}\nNext: ${exporters[options.to].next.replaceAll('%', quoted(folder))}\n`)
  return 0
}

/** As a shell reads it as one word. */
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll('\'', '\'\\\'\'')}'`)
