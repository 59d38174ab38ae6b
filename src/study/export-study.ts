import { readdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { openFile } from '../base/devices.ts'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError, makeFolder } from '../base/files.ts'
import type { ExportDefinition, ExportFile } from '../report/exports/definition.ts'
import { lockNameOf } from '../report/lock-name.ts'
import { finished } from './render-again.ts'

/** Report files that a tracker stores with the numbers. */
const kept = ['summary.md', 'report.html', 'report.json']

/**
 * Writes a finished study for another tool into a new or empty folder. Files of an earlier export, or of the tool itself,
 * would mix with these. Returns the number of files.
 */
export async function exportStudy(run: string, tool: ExportDefinition, to: string): Promise<number> {
  const folder = resolve(to)
  const { report, runs } = await finished(run)
  const artifacts = await Promise.all([...kept, lockNameOf(report.study.specFile)].map((path) => artifact(run, path)))
  await requireEmpty(folder, to)
  let count = 0
  try {
    for await (const file of tool.write({ report, runs, folder, artifacts: artifacts.flat() })) {
      await writeNew(folder, file)
      count += 1
    }
  } catch (error) {
    throw explainFileError(error, 'export/unwritable', 'the export cannot be written')
  }
  return count
}

/** Skipped if missing: `report` writes it again. */
async function artifact(run: string, path: string): Promise<ExportFile[]> {
  const file = await openFile(join(run, path)).catch(() => undefined)
  const content = await file
    ?.readFile()
    .catch(() => undefined)
    .finally(() => file.close())
  return content === undefined ? [] : [{ path, content }]
}

async function requireEmpty(folder: string, shown: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw explainFileError(error, 'export/unwritable', 'the export cannot be written')
  })
  if (there.length === 0) return
  throw new InputError([
    {
      code: 'export/not-empty',
      severity: 'error',
      message: 'the export folder is not empty',
      found: `${there.length} entries in ${shown}`,
      allowed: 'a new or empty folder',
      hint: 'remove it, or choose another with --output',
    },
  ])
}

async function writeNew(folder: string, { path, content }: ExportFile): Promise<void> {
  const file = join(folder, ...path.split('/'))
  await makeFolder(dirname(file))
  await writeFile(file, content)
}
