import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { listed } from '../base/lists.ts'
import type { FormatDefinition } from './formats/definition.ts'
import { formats, formatOf } from './formats/index.ts'
import { tooMany } from './gauge.ts'
import { isPattern, partOf } from './parts.ts'
import { counted, fail } from './problems.ts'
import type { Limits } from './source.ts'

/** A file of several that are read as one table. */
export interface Member {
  /** Its path in the folder, with `/` between folders. */
  readonly name: string
  readonly path: string
}

/** Several files of one format. */
export interface Members {
  readonly format: FormatDefinition
  readonly files: readonly Member[]
}

/** Folders below the one that is named: a split and a class. */
const mostDepth = 3
/** Files that are listed, readable or not. */
const mostFiles = 500_000

/**
 * The files of a folder, or those that match a pattern, sorted by name; null if the path names one file, or nothing. Hidden
 * files and files of no format are left out, and links are refused, because they may lead anywhere.
 *
 * @param shown the path in messages
 */
export async function membersOf(path: string, shown: string, limits: Limits): Promise<Members | null> {
  const found = await stat(path).catch(() => null)
  const pattern = found === null && isPattern(path)
  if (!pattern && !found?.isDirectory()) return null
  const folder = pattern ? dirname(path) : path
  const matches = pattern ? matcher(basename(path)) : () => true
  const all = await filesBelow(folder, shown, pattern ? 1 : mostDepth)
  const files = all.filter(({ name }) => matches(name) && hasFormat(name))
  if (files.length === 0) {
    fail({
      code: 'data/no-files',
      message: pattern ? `no data file matches ${shown}` : `the folder ${shown} has no data files`,
      allowed: formats.map(({ endings: [usual] }) => `.${usual}`).join(', '),
    })
  }
  if (files.length > limits.rows) tooMany({ file: shown }, 'row', limits.rows)
  const format = onlyFormat(files, shown)
  if (!format.openFolder) requireOnePart(files, shown)
  return { format, files }
}

async function filesBelow(folder: string, shown: string, depth: number, prefix = ''): Promise<Member[]> {
  const found: Member[] = []
  const entries = await readdir(join(folder, prefix), { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${prefix}${entry.name}`
    if (entry.name.startsWith('.')) continue
    if (entry.isSymbolicLink()) {
      fail({
        code: 'data/link',
        message: `${shown} contains a link`,
        found: name,
        hint: 'copy the file in place of the link',
      })
    }
    if (entry.isDirectory() && depth > 1) found.push(...(await filesBelow(folder, shown, depth - 1, `${name}/`)))
    else if (entry.isFile()) found.push({ name, path: join(folder, name) })
    if (found.length > mostFiles) tooMany({ file: shown }, 'file', mostFiles)
  }
  return found
}

/** Matches the parts between stars from left to right, without backtracking, so that no pattern takes long. */
function matcher(pattern: string): (name: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop() ?? ''
  return (name) => {
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
    let at = first.length
    return rest.every((part) => {
      const found = name.indexOf(part, at)
      at = found + part.length
      return found >= 0 && at <= name.length - last.length
    })
  }
}

const endings = new Set(formats.flatMap((format) => format.endings))
const hasFormat = (name: string): boolean => endings.has(/\.([a-z0-9]+?)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '')

function onlyFormat(files: readonly Member[], shown: string): FormatDefinition {
  const found = [...new Set(files.map(({ name }) => formatOf(name).format))]
  const [only] = found
  if (only && found.length === 1) return only
  return fail({
    code: 'data/mixed-folder',
    message: `the folder ${shown} holds files of ${counted(found.length, 'format')}`,
    found: found.map(({ name }) => name).join(', '),
    hint: 'name the files by a pattern, such as data/*.csv',
  })
}

/** Files of two parts of a split would become one table, and the test rows would be trained on. */
function requireOnePart(files: readonly Member[], shown: string): void {
  const parts = new Set(files.flatMap(({ name }) => partOf(basename(name)) ?? []))
  if (parts.size < 2) return
  fail({
    code: 'data/split-files',
    message: `${shown} holds files of several parts of a split`,
    found: listed([...parts]),
    hint: 'name the files of one part by a pattern, such as data/train-*.parquet',
  })
}
