import { explainFileError, writeFileAtomic } from '../../base/files.ts'
import { comparisonCharts } from '../../report/compare/charts.ts'
import { comparisonHtml } from '../../report/compare/html.ts'
import { comparisonMarkdown } from '../../report/compare/markdown.ts'
import { lossOf, thinCurve, type ThinCurve } from '../../report/curves.ts'
import { drawings } from '../../report/svg.ts'
import { compareStudies } from '../../study/compare-studies.ts'
import { finished } from '../../study/render-again.ts'
import type { StudyComparison } from '../../report/compare/model.ts'
import { err, out } from '../print.ts'
import { runFolder } from '../run-folder.ts'

export interface CompareOptions {
  readonly format: 'markdown' | 'json'
  readonly html?: string
}

/** Prints two finished runs side by side. With `html`, also writes a page with the curves of both. */
export async function compareCommand(first: string, second: string, options: CompareOptions): Promise<number> {
  const folders = [runFolder(first), runFolder(second)] as const
  const [a, b] = [await finished(folders[0]), await finished(folders[1])]
  const comparison = compareStudies(a.report, b.report, folders)
  if (options.format === 'json') out.document(`${JSON.stringify(comparison, null, 1)}\n`)
  else out.markdown(comparisonMarkdown(comparison))
  if (options.html !== undefined) await writePage(options.html, comparison, a, b)
  return 0
}

type Finished = Awaited<ReturnType<typeof finished>>

async function writePage(file: string, comparison: StudyComparison, first: Finished, second: Finished): Promise<void> {
  const [a, b] = [await winnerCurves(first), await winnerCurves(second)]
  const drawn = await drawings(comparisonCharts(comparison, second.report.study.objective, a, b))
  await writeFileAtomic(file, comparisonHtml(comparison, drawn)).catch((error: unknown) => {
    throw explainFileError(error, 'compare/unwritable', 'the page cannot be written')
  })
  err.lines(`Page: ${file}`)
}

async function winnerCurves({ report, runs }: Finished): Promise<readonly ThinCurve[]> {
  const verified = new Set((report.verification?.seeds ?? []).map((s) => s.candidate.run))
  const { objective, task } = report.study
  const curves: ThinCurve[] = []
  for await (const run of runs) {
    if (verified.has(run.id)) curves.push(thinCurve(run, objective, lossOf(task)))
  }
  return curves
}
