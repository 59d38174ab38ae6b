import { readdir } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import { inspect } from '../../data/inspect.ts'
import { partOf, pathsOf, type DataPaths, type PartName } from '../../data/parts.ts'
import { workspaceOf } from '../workspace.ts'
import type { TableSummary } from '../../data/summary.ts'

/** What `init` knows about the data: all files together, and the rows of each. */
export interface Inspected {
  readonly summary: TableSummary
  /** Rows that training will have, with the usual shares for parts without a file. */
  readonly trainRows: number
  readonly testRows: number
}

/** Shares of the split that `init` writes. */
const share = 0.2

const partNames: Readonly<Record<string, PartName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
}

/**
 * The part of each file of a data set that is split already: by its name, such as `train.csv`, or by its place, if no name
 * tells: training, validation, test.
 */
export function assignParts(files: readonly string[]): DataPaths {
  const [source = '', ...more] = files
  if (more.length === 0) return { source }
  const named = files.map((file) => partNames[partOf(basename(file)) ?? partOf(basename(dirname(resolve(file)))) ?? ''])
  const places: readonly PartName[] = ['train', 'validation', 'test']
  const parts = files.length === 3 && named.every((part) => part === undefined) ? places : named
  const byPart = new Map(parts.map((part, i) => [part, files[i] ?? '']))
  const train = byPart.get('train')
  if (train === undefined || byPart.has(undefined) || byPart.size < files.length) {
    throw new InputError([
      {
        code: 'init/parts',
        severity: 'error',
        message: 'it is not clear which file has the rows of which part of the split',
        found: files.join(', '),
        allowed: 'names that begin with train, validation or test; or three files in this order',
        hint:
          files.length > 3 ? 'name several files of one part by a pattern, such as "data/train-*.csv"' : 'rename the files',
      },
    ])
  }
  const [validation, test] = [byPart.get('validation'), byPart.get('test')]
  return { source: train, files: { ...(validation !== undefined && { validation }), ...(test !== undefined && { test }) } }
}

/**
 * Throws if a spec there could not read the data: it reads files of the current folder, or of its own if that is elsewhere.
 */
export function requireReadable(paths: DataPaths, specPath: string): void {
  const workspace = workspaceOf(specPath)
  const outside = pathsOf(paths).filter(([, path]) => relative(workspace, resolve(path)).startsWith('..'))
  if (outside.length === 0) return
  throw new InputError([
    {
      code: 'init/outside',
      severity: 'error',
      message: 'the data are outside of the folder that the spec may read',
      found: outside.map(([, path]) => path).join(', '),
      allowed: 'files in the current folder, or below it',
      hint: 'run init in a folder that holds both, or copy the data here',
    },
  ])
}

/** The same for a folder whose folders are the parts: `images/train`, `images/val` and `images/test`. */
export async function findParts(files: readonly string[]): Promise<DataPaths> {
  const [folder] = files
  if (folder === undefined || files.length > 1) return assignParts(files)
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const inside = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
  const areParts = inside.length > 1 && inside.every((name) => partNames[name.toLowerCase()] !== undefined)
  return assignParts(areParts ? inside.sort().map((name) => join(folder, name)) : files)
}

/** Inspects all files. Columns and guesses are those of the training file; gaps are counted in all. */
export async function inspectParts(paths: DataPaths): Promise<Inspected> {
  const found = new Map<PartName, TableSummary>()
  for (const [part, path] of pathsOf(paths)) found.set(part, await inspect(path))
  const all = [...found.values()]
  const [train] = all
  if (!train) throw new Error('there is no training file')
  const gaps = new Map<string, number>()
  for (const { name, missing } of all.flatMap(({ columns }) => columns)) gaps.set(name, (gaps.get(name) ?? 0) + missing)
  const summary: TableSummary = {
    ...train,
    ...(paths.files && { stem: basename(dirname(resolve(paths.source))) }),
    rows: all.reduce((sum, { rows }) => sum + rows, 0),
    columns: train.columns.map((column) => ({ ...column, missing: gaps.get(column.name) ?? column.missing })),
    missingWords: [...new Set(all.flatMap(({ missingWords }) => missingWords))],
  }
  const drawn = (['validation', 'test'] as const).filter((part) => !found.has(part)).length
  const testRows = found.get('test')?.rows ?? Math.round(train.rows * share)
  return { summary, trainRows: train.rows * (1 - drawn * share), testRows: Math.max(1, testRows) }
}
