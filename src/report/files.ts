import { allMetricsOf, isOnRequest } from '../records/metrics.ts'
import type { RunResult } from '../records/run.ts'
import { charts } from './charts/index.ts'
import { evaluationsCsv, evaluationsHeader, stepsCsv } from './csv.ts'
import { thinning, type CurveBook, type ThinCurve } from './curves.ts'
import { explorerData } from './explorer/data.ts'
import { renderHtml } from './html/index.ts'
import type { LiveSection } from './html/live.ts'
import { reportText } from './json.ts'
import { lineageLines } from './lineage.ts'
import { buildLock, lockText } from './lock.ts'
import { renderSummary } from './markdown.ts'
import { lockNameOf } from './lock-name.ts'
import type { Report } from './model.ts'
import { onPaper } from './paper.ts'
import { curvePath } from './runs.ts'
import { capSummary } from './summary-size.ts'
import { drawings } from './svg.ts'

/** A file of the output folder; `path` is relative to it, with `/`. */
export interface ReportFile {
  readonly path: string
  readonly text: string
}

/**
 * Every file of a report, one after the other: first the curves of the runs as they arrive, then what is drawn from them,
 * and last `report.json`, so that a folder with that file is complete. Writing them takes one run in memory at a time; the
 * curves for charts are kept thinned.
 */
export async function* reportFiles(
  report: Report,
  runs: AsyncIterable<RunResult> | Iterable<RunResult>,
): AsyncGenerator<ReportFile> {
  const { task, objective } = report.study
  const curves = new Map<string, ThinCurve>()
  const measured = new Set(report.verification?.metrics.map(({ metric }) => metric))
  const names = allMetricsOf(task).filter((name) => !isOnRequest(name) || name === objective || measured.has(name))
  const thinned = thinning(report)
  const evaluations = new Map<string, string>()
  for await (const run of runs) {
    if (run.steps.loss.length > 0) yield { path: curvePath(run), text: stepsCsv(run) }
    evaluations.set(run.id, evaluationsCsv(run, names))
    curves.set(run.id, thinned(run))
  }
  const inOrder = report.runs.map((r) => evaluations.get(r.id) ?? '').join('')
  yield { path: 'curves/evaluations.csv', text: evaluationsHeader(names) + inOrder }
  yield* documents(report, curves)
}

/** The text of `report.html`; with `live`, of a study that is still running. Writes no file. */
export async function livePage(report: Report, curves: CurveBook, live?: LiveSection): Promise<string> {
  const trials = explorerData(report, curves)
  const drawn = await drawings(charts(report, curves, trials))
  return renderHtml(report, drawn, trials, live)
}

async function* documents(report: Report, curves: CurveBook): AsyncGenerator<ReportFile> {
  const trials = explorerData(report, curves)
  const drawn = await drawings(charts(report, curves, trials))
  for (const [id, drawing] of drawn) yield { path: `curves/${id}.svg`, text: `${onPaper(drawing.svg, drawing)}\n` }
  yield { path: 'lineage.jsonl', text: lineageLines(report.lineage) }
  yield { path: lockNameOf(report.study.specFile), text: lockText(buildLock(report)) }
  yield { path: 'summary.md', text: capSummary(renderSummary(report, curves)) }
  yield { path: 'report.html', text: renderHtml(report, drawn, trials) }
  yield { path: 'report.json', text: reportText(report) }
}
