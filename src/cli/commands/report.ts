import { unreachable } from '../../base/result.ts'
import { renderAgain } from '../../study/render-again.ts'

type Format = 'markdown' | 'json'

/** Renders a finished run's report again from its report.json and journal. */
export async function reportCommand(folder: string, { format }: { readonly format?: Format }): Promise<number> {
  const { report, files } = await renderAgain(folder)
  switch (format) {
    case undefined:
      process.stdout.write(`${files.all.length} files written to ${folder}\n`)
      return 0
    case 'markdown':
      process.stdout.write(files.markdown)
      return 0
    case 'json':
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
      return 0
    default:
      return unreachable(format, 'format')
  }
}
