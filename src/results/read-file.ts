import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { InputError } from '../base/diagnostics.ts'
import { otherThanUtf8 } from '../base/encoding.ts'
import { readWithin, reasonOf } from '../base/files.ts'
import { isMap, jsonOrUndefined } from '../base/json.ts'
import { logLimits } from '../diagnose/read/raw.ts'

/** The code of every error about results begins with it. */
export const reader = 'results'

/** The content of a file that some tool wrote. Throws an `InputError` that names it. */
export async function bytesOf(path: string): Promise<Buffer> {
  const content = await readWithin(path, logLimits.bytes).catch((error: NodeJS.ErrnoException) => {
    throw refused('unreadable', 'the results cannot be read', `${path}: ${reasonOf(error)}`)
  })
  if (content) return content
  throw refused('too-large', `${path} is too large`, `more than ${logLimits.bytes} bytes`)
}

/** The same as text. */
export async function textOf(path: string): Promise<string> {
  const content = await bytesOf(path)
  const hint = otherThanUtf8(content)
  if (hint === null) return content.toString('utf8').replace(/^\uFEFF/, '')
  throw new InputError([
    { code: `${reader}/encoding`, severity: 'error', message: `${path} is not UTF-8 text`, allowed: 'UTF-8', hint },
  ])
}

export const refused = (code: string, message: string, found: string, hint?: string): InputError =>
  new InputError([{ code: `${reader}/${code}`, severity: 'error', message, found, ...(hint === undefined ? {} : { hint }) }])

/** Files below a folder by their paths in it, with `/`, sorted and without links. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
    .sort()
}

/** Values of a YAML or JSON file by their names, those of nested maps as `outer.inner`. A file that is neither has none. */
export async function settingsIn(path: string): Promise<Map<string, string>> {
  // A tag such as !!python/object is no reason not to read the rest.
  const document = parseDocument(await textOf(path), { logLevel: 'silent' })
  try {
    return new Map(flat(document.toJS({ maxAliasCount: 100 })))
  } catch (error) {
    if (error instanceof ReferenceError) return new Map()
    throw error
  }
}

/** Values by their names, those of nested maps as `outer.inner`; lists are left out. */
export function flat(value: unknown, prefix = ''): [string, string][] {
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([key, own]): [string, string][] => {
    const name = `${prefix}${key}`
    if (isMap(own)) return flat(own, `${name}.`)
    return ['string', 'number', 'boolean'].includes(typeof own) ? [[name, String(own)]] : []
  })
}

/** The value of a small JSON text, which may have the NaN and Infinity of Python as texts; undefined if it is none. */
export const jsonIn = (text: string): unknown =>
  jsonOrUndefined(text.replace(/(?<=^|[:,[\s])-?(?:NaN|Infinity)(?=\s*(?:[,}\]]|$))/g, '"$&"'), {
    bytes: logLimits.line,
    depth: logLimits.depth,
    values: logLimits.rows,
  })
