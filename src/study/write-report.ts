import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { metricsOf } from '../model/metrics.ts'
import type { Lock } from '../plan/lock.ts'
import type { RunResult } from '../plan/run.ts'
import { charts } from '../report/charts/index.ts'
import { evaluationsCsv, evaluationsHeader, stepsCsv } from '../report/csv.ts'
import { thinCurve, type CurveBook, type ThinCurve } from '../report/curves.ts'
import { reportText } from '../report/json.ts'
import { lineageLines } from '../report/lineage.ts'
import { buildLock, lockText } from '../report/lock.ts'
import { renderSummary } from '../report/markdown.ts'
import type { Report } from '../report/model.ts'
import { curvePath } from '../report/runs.ts'
import { capSummary } from '../report/summary-size.ts'
import { renderSvg } from '../report/svg.ts'

export interface WrittenFiles {
  readonly folder: string
  readonly page: string
  readonly markdown: string
  readonly lockPath: string
  readonly lock: Lock
  /** All files, absolute. */
  readonly all: readonly string[]
}

/** Writes everything that a study leaves behind; curves pass through one run at a time. */
export async function writeReport(report: Report, folder: string, runs: () => AsyncIterable<RunResult>): Promise<WrittenFiles> {
  const written: string[] = []
  const write = async (name: string, text: string): Promise<void> => {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    // Renamed into place, so that a reader never sees half a file.
    await writeFile(`${path}.tmp`, text)
    await rename(`${path}.tmp`, path)
    written.push(path)
  }
  // Curves of an earlier run of the study would be taken for this one's.
  await rm(join(folder, 'curves'), { recursive: true, force: true })
  const book = await writeCurves(report, runs, write)
  for (const chart of charts(report, book)) await write(`curves/${chart.id}.svg`, await renderSvg(chart))
  const markdown = capSummary(renderSummary(report, book))
  const lock = buildLock(report)
  await write('report.json', reportText(report))
  await write('summary.md', markdown)
  await write('lineage.jsonl', lineageLines(report.lineage))
  await write('tuning.lock.json', lockText(lock))
  return { folder, page: join(folder, 'summary.md'), markdown, lock, lockPath: join(folder, 'tuning.lock.json'), all: written }
}

async function writeCurves(report: Report, runs: () => AsyncIterable<RunResult>, write: (name: string, text: string) => Promise<void>): Promise<CurveBook> {
  const book = new Map<string, ThinCurve>()
  const { objective, task } = report.study
  const names = metricsOf(task)
  const loss = task === 'classification' ? 'nll' : 'mse'
  let evaluations = evaluationsHeader(names)
  for await (const run of runs()) {
    book.set(run.id, thinCurve(run, objective, loss))
    await write(curvePath(run), stepsCsv(run))
    evaluations += evaluationsCsv(run, names)
  }
  await write('curves/evaluations.csv', evaluations)
  return book
}
