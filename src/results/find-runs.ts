import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../base/files.ts'
import type { LoggedRun, Place, ResultsFormat } from './definition.ts'
import { resultsFormats, resultsTools } from './formats/index.ts'
import { readTable } from './formats/table.ts'
import { refused } from './read-file.ts'

/** Results are a few folders with a few runs; a larger tree is something else. */
const most = { depth: 8, folders: 20_000, runs: 2000 }

/** Folders that hold no results and many files. */
const skipped = /^(\..*|node_modules|__pycache__)$/

export interface FoundRun extends LoggedRun {
  /** The tool that wrote it, as prose spells it. */
  readonly tool: string
}

/**
 * All runs at some paths. A file is read as what its name says, and otherwise as a table. In a folder, each folder that a
 * format knows is a run, and so is each file of a table; links are not followed.
 */
export async function findRuns(paths: readonly string[]): Promise<FoundRun[]> {
  const found: FoundRun[] = []
  const counted = { folders: 0 }
  for (const path of paths) {
    const before = found.length
    const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw refused('unreadable', 'the results cannot be read', `${path}: ${reasonOf(error)}`)
    })
    if (info.isDirectory()) await findIn(path, found, counted, 0)
    else found.push(...(await readFile({ path, names: null })))
    if (found.length === before) throw nothing(path)
  }
  return found
}

const nothing = (path: string): Error =>
  refused(
    'nothing-found',
    `there are no results in ${path}`,
    'no file or folder in a form that is known',
    `pass a file or a folder with one of these: ${resultsTools()}`,
  )

async function readFile(place: Place): Promise<FoundRun[]> {
  const format = resultsFormats.find((one) => one.fits(place))
  return format ? readAs(format, place) : (await readTable(place)).map((run) => ({ ...run, tool: 'a table' }))
}

async function readAs(format: ResultsFormat, place: Place): Promise<FoundRun[]> {
  return (await format.read(place)).map((run) => ({ ...run, tool: format.tool }))
}

async function findIn(path: string, found: FoundRun[], counted: { folders: number }, depth: number): Promise<void> {
  counted.folders += 1
  if (depth > most.depth || counted.folders > most.folders || found.length > most.runs) {
    throw refused(
      'too-many',
      `${path} has more than results`,
      `more than ${most.runs} runs, or folders in folders`,
      'name the folders of the runs',
    )
  }
  const entries = await readdir(path, { withFileTypes: true })
  const plain = entries.filter((entry) => entry.isFile() || entry.isDirectory())
  const names = plain.map(({ name }) => name).sort()
  const format = resultsFormats.find((one) => one.fits({ path, names }))
  if (format) {
    found.push(...(await readAs(format, { path, names })))
    return
  }
  const isFolder = new Set(plain.filter((entry) => entry.isDirectory()).map(({ name }) => name))
  for (const name of names) {
    const inner = join(path, name)
    if (isFolder.has(name)) {
      if (!skipped.test(name)) await findIn(inner, found, counted, depth + 1)
      continue
    }
    const own = resultsFormats.find((one) => one.fits({ path: inner, names: null }))
    if (own) found.push(...(await readAs(own, { path: inner, names: null })))
  }
}
