import { readdirSync, statSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, readWithin, writeFileAtomic } from '../base/files.ts'
import { fingerprint, sha256OfFile } from '../base/hash.ts'
import { isMap, jsonOrUndefined } from '../base/json.ts'
import type { ModelSpec } from '../compile/normalized.ts'
import type { Member } from '../data/members.ts'
import { pathsOf } from '../data/parts.ts'
import { LIMITS } from '../data/source.ts'
import { amountsOf } from './augmentations.ts'
import { configOf, type DataFiles } from './data-files.ts'
import type { KnownData } from './known-data.ts'

/**
 * What is known of data that were read before. Only commands that train nothing use this. A study reads and checks its data
 * itself, because whoever can write to the folder could hide a finding.
 */
export interface KeptData {
  /** Folder below the user's cache. */
  readonly folder: string
  /** Folder of the running program. Another build reads and checks again. */
  readonly program: string
}

/** Findings and names of columns and classes. */
const limits = { bytes: 1_000_000, depth: 6, values: 10_000 }
const mostKept = 200

/**
 * The file for what is known of the data of a spec. It is named after everything that this depends on: the bytes of the data
 * files, how the spec reads and checks them, and the program. Undefined if the data cannot be read: the loader knows how to
 * say why.
 */
export async function keptFile(
  { folder, program }: KeptData,
  spec: ModelSpec,
  files: DataFiles,
): Promise<string | undefined> {
  try {
    const content = await contentOf(files)
    const checks = Object.entries(spec.checks).filter(([, severity]) => severity !== 'off')
    const made = { data: configOf(spec.data, files), checks: checks.map(([name]) => name), amounts: amountsOf(spec) }
    return join(folder, `${fingerprint({ build: buildOf(program), content, made })}.json`)
  } catch {
    return undefined
  }
}

/** Names and fingerprints of all files. */
async function contentOf({ paths, tokenizerFile }: DataFiles): Promise<[name: string, content: string][]> {
  const content: [string, string][] = []
  const add = async (name: string, path: string): Promise<void> => {
    const { size } = await stat(path)
    if (size > LIMITS.bytes) throw new Error('too large to be read')
    content.push([name, await sha256OfFile(path)])
  }
  for (const [part, path] of pathsOf(paths)) {
    const info = await stat(path).catch(() => null)
    if (info?.isFile()) await add(part, path)
    else for (const file of await filesOf(path)) await add(`${part}/${file.name}`, file.path)
  }
  if (tokenizerFile) await add('tokenizer', tokenizerFile.path)
  return content
}

/** Those of a folder or a pattern. Most data are one file, which needs no code of the formats. */
async function filesOf(path: string): Promise<readonly Member[]> {
  const { membersOf } = await import('../data/members.ts')
  const members = await membersOf(path, path, LIMITS)
  if (!members) throw new Error('neither a file nor a folder')
  return members.files
}

/** Names, sizes and times of the program's files; reading them would take longer than the rest. */
function buildOf(program: string): string {
  const files = readdirSync(program).sort()
  return fingerprint(
    files.map((name) => {
      const { size, mtimeMs } = statSync(join(program, name))
      return [name, size, mtimeMs]
    }),
  )
}

/** Undefined for anything that is not of the form that `keepData` writes. */
export async function readKept(file: string): Promise<KnownData | undefined> {
  const text = (await readWithin(file, limits.bytes).catch(() => undefined))?.toString('utf8')
  const value = text === undefined ? undefined : jsonOrUndefined(text, limits)
  return isKnownData(value) ? value : undefined
}

/** The program wrote the file, so this only finds a damaged one. */
function isKnownData(value: unknown): value is KnownData {
  if (!isMap(value)) return false
  const { facts, findings, notes, undefinedMetrics } = value
  const said = [findings, notes, undefinedMetrics]
  return isMap(facts) && isMap(facts['rows']) && typeof facts['fingerprint'] === 'string' && said.every(Array.isArray)
}

/** Data change, so files of old data are removed, all at once: each costs one reading to make again. */
export async function keepData(folder: string, file: string, known: KnownData): Promise<void> {
  const text = JSON.stringify(known)
  if (Buffer.byteLength(text) > limits.bytes || jsonOrUndefined(text, limits) === undefined) return
  await makeFolder(folder)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  if (names.length >= mostKept) for (const name of names) await rm(join(folder, name), { force: true })
  await writeFileAtomic(file, text)
}
