import { join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import type { RunResult } from '../records/run.ts'
import { curveBook } from '../report/curves.ts'
import { renderSummary } from '../report/markdown.ts'
import type { Report } from '../report/model.ts'
import type { Rasterize } from '../report/png.ts'
import { capSummary } from '../report/summary-size.ts'
import { readRuns } from '../run/read-runs.ts'
import { readReport } from './judge-again.ts'
import { writeReport, type WrittenFiles } from './write-report.ts'

/** Writes the files of a finished study again, from its report.json and the curves in its journal. */
export async function renderAgain(
  folder: string,
  rasterize?: Rasterize,
): Promise<{ readonly report: Report; readonly files: WrittenFiles }> {
  const { report, runs } = await finished(folder)
  return { report, files: await writeReport(report, folder, runs, rasterize) }
}

/** The text of `summary.md`, rendered again; no file is written. */
export async function summaryAgain(folder: string): Promise<string> {
  const { report, runs } = await finished(folder)
  return capSummary(renderSummary(report, await curveBook(report, runs)))
}

/** A finished study's report and its runs, one in memory at a time. */
export async function finished(
  folder: string,
): Promise<{ readonly report: Report; readonly runs: AsyncIterable<RunResult> }> {
  const report = await readReport(join(folder, 'report.json'))
  const ids = report.runs.map((r) => r.id)
  const journal = join(folder, 'journal.jsonl')
  return { report, runs: complete(readRuns(journal, ids), ids.length, journal) }
}

/** All runs, or an error. Without the error, missing curves would look as if they had never existed. */
async function* complete(runs: AsyncIterable<RunResult>, expected: number, journal: string): AsyncGenerator<RunResult> {
  let count = 0
  for await (const run of runs) {
    count += 1
    yield run
  }
  if (count === expected) return
  throw new InputError([
    {
      code: 'report/runs-missing',
      severity: 'error',
      message: 'the journal does not have all runs of the report',
      found: `${expected - count} of ${expected} are missing in ${journal}`,
      hint: 'run the study again; it trains only the missing runs',
    },
  ])
}
