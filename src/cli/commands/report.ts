import { join } from 'node:path'
import { unreachable } from '../../base/result.ts'
import { reportText } from '../../report/json.ts'
import { readReport } from '../../study/judge-again.ts'
import { renderAgain, summaryAgain } from '../../study/render-again.ts'
import { runFolder } from '../run-folder.ts'

type Format = 'markdown' | 'json'

/** Renders a finished run's report again from its report.json and journal; with a format it prints that and writes nothing. */
export async function reportCommand(path: string, { format }: { readonly format?: Format }): Promise<number> {
  const folder = runFolder(path)
  switch (format) {
    case undefined: {
      const { files } = await renderAgain(folder)
      process.stdout.write(`${files.all.length} files written to ${folder}\n`)
      return 0
    }
    case 'markdown':
      process.stdout.write(await summaryAgain(folder))
      return 0
    case 'json':
      process.stdout.write(reportText(await readReport(join(folder, 'report.json'))))
      return 0
    default:
      return unreachable(format, 'format')
  }
}
