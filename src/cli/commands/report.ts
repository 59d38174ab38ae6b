import { join } from 'node:path'
import { unreachable } from '../../base/result.ts'
import { reportText } from '../../report/json.ts'
import { rasterizer } from '../../report/png.ts'
import { readReport } from '../../study/judge-again.ts'
import { renderAgain, summaryAgain } from '../../study/render-again.ts'
import { pictureFiles } from '../bundled-files.ts'
import { out } from '../print.ts'
import { runFolder } from '../run-folder.ts'

type Format = 'markdown' | 'json'

/**
 * Renders a finished run's report again from its report.json and journal. With a format, it prints that and writes nothing.
 */
export async function reportCommand(
  path: string,
  { format, png }: { readonly format?: Format; readonly png?: boolean },
): Promise<number> {
  const folder = runFolder(path)
  switch (format) {
    case undefined: {
      const { files } = await renderAgain(folder, png ? await rasterizer(await pictureFiles()) : undefined)
      out.lines(`${files.all.length} files written to ${folder}`)
      return 0
    }
    case 'markdown':
      out.markdown(await summaryAgain(folder))
      return 0
    case 'json':
      out.document(reportText(await readReport(join(folder, 'report.json'))))
      return 0
    default:
      return unreachable(format, 'format')
  }
}
