import { readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { explainFileError, makeFolder, readWithin, writeFileAtomic, writeFilePlain } from '../base/files.ts'
import type { Lock } from '../records/lock.ts'
import type { RunResult } from '../records/run.ts'
import { reportFiles } from '../report/files.ts'
import { mostReportBytes } from '../report/json.ts'
import { lockNameOf } from '../report/lock-name.ts'
import { buildLock } from '../report/lock.ts'
import type { Report } from '../report/model.ts'
import type { Rasterize } from '../report/png.ts'

export interface WrittenFiles {
  readonly folder: string
  /** The HTML report. */
  readonly page: string
  /** The text of `summary.md`. */
  readonly markdown: string
  readonly lockPath: string
  readonly lock: Lock
  /** All files, absolute. */
  readonly all: readonly string[]
}

/**
 * Writes everything that a study leaves behind, `report.json` last, so a folder with that file is complete. With
 * `rasterize`, it also writes every chart as PNG beside its SVG.
 */
export async function writeReport(
  report: Report,
  folder: string,
  runs: AsyncIterable<RunResult>,
  rasterize?: Rasterize,
): Promise<WrittenFiles> {
  return writeAll(report, folder, runs, rasterize).catch((error: unknown) => {
    throw explainFileError(
      error,
      'report/unwritable',
      'the report cannot be written; the finished runs are kept in the journal',
    )
  })
}

/**
 * Removes the run curves that an earlier tunegate report lists, and nothing else, because the folder may hold other files.
 * Meanwhile the list is kept under another name, for the next attempt if this one is killed.
 */
async function removeCurves(folder: string): Promise<void> {
  const replaced = join(folder, '.report.json.replaced')
  await rename(join(folder, 'report.json'), replaced).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const text = (await readWithin(replaced, mostReportBytes).catch(() => undefined))?.toString('utf8')
  if (text === undefined) return
  const listed = [...text.matchAll(/"curve": ?"(curves\/runs\/[\w.-]+\.csv)"/g)].map((match) => match[1] as string)
  for (const path of listed) await rm(join(folder, ...path.split('/')), { force: true })
  await rm(replaced, { force: true })
}

/** No tunegate chart has this many. */
const mostChartBytes = 64 * 2 ** 20

/**
 * Removes the charts of an earlier report, which this report may no longer have: only drawings that identify themselves as
 * tunegate's.
 */
async function removeCharts(curves: string): Promise<void> {
  const names = await readdir(curves).catch((): string[] => [])
  for (const name of names.filter((n) => n.endsWith('.svg'))) {
    const id = name.slice(0, -'.svg'.length)
    const text = (await readWithin(join(curves, name), mostChartBytes).catch(() => undefined))?.toString('utf8', 0, 500)
    if (!text?.includes(` aria-labelledby="${id}-title ${id}-desc" `)) continue
    for (const kind of ['svg', 'png']) await rm(join(curves, `${id}.${kind}`), { force: true })
  }
}

async function writeAll(
  report: Report,
  folder: string,
  runs: AsyncIterable<RunResult>,
  rasterize: Rasterize | undefined,
): Promise<WrittenFiles> {
  // Files of an earlier run would be mistaken for this one's. Its report.json goes first: without it the folder counts as
  // unfinished, whenever this process is killed.
  await removeCurves(folder)
  await removeCharts(join(folder, 'curves'))
  const all: string[] = []
  let markdown = ''
  for await (const { path, text } of reportFiles(report, runs)) {
    const file = join(folder, ...path.split('/'))
    await makeFolder(dirname(file))
    // The hundreds of curves can be rendered again from the journal. The rest is what people keep.
    await (path.startsWith('curves/') ? writeFilePlain(file, text) : writeFileAtomic(file, text))
    all.push(file)
    if (rasterize && path.endsWith('.svg')) {
      const picture = file.replace(/svg$/, 'png')
      await writeFilePlain(picture, rasterize(text))
      all.push(picture)
    }
    if (path === 'summary.md') markdown = text
  }
  return {
    folder,
    page: join(folder, 'report.html'),
    markdown,
    lockPath: join(folder, lockNameOf(report.study.specFile)),
    lock: buildLock(report),
    all,
  }
}
