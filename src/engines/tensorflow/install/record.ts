import { readdir, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { readWithin, writeFileAtomic } from '../../../base/files.ts'
import { sha256OfFile } from '../../../base/hash.ts'
import { jsonOrUndefined } from '../../../base/json.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { files } from './layout.ts'
import type { Download, Versions } from './pins.ts'
import type { Platform } from './platform.ts'

/** `engine.json`: the content of the folder, and what it was made from. */
export interface EngineRecord {
  readonly format: 1
  readonly key: string
  readonly platform: Platform
  readonly versions: Versions
  readonly compiler: string
  /** When it was installed, as ISO 8601. It decides nothing. */
  readonly installedAt: string
  readonly downloads: readonly Download[]
  /** Every other file of the folder, by its path with `/`. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
}

export async function listFiles(engine: string): Promise<EngineRecord['files']> {
  const entries = await readdir(engine, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name))
    .filter((p) => p !== join(engine, files.record))
    .sort()
  const all: EngineRecord['files'][number][] = []
  for (const path of paths) {
    all.push({
      path: relative(engine, path).split(sep).join('/'),
      bytes: (await stat(path)).size,
      sha256: await sha256OfFile(path),
    })
  }
  return all
}

export async function writeRecord(engine: string, record: EngineRecord): Promise<void> {
  await writeFileAtomic(join(engine, files.record), `${JSON.stringify(record, null, 2)}\n`)
}

/** Why a folder cannot be used: it is empty, or differs from what was installed. */
export interface NotInstalled {
  readonly state: 'absent' | 'damaged'
  readonly why: string
}

/**
 * What is installed in a folder, according to the folder itself. It compares sizes, which takes milliseconds and detects
 * what an interruption or a full disk leaves behind. That is enough for a folder in the user's own cache. It detects no
 * forgery: use `renewEngine` for folders that others may have written to.
 */
export async function readInstalled(engine: string, key: string): Promise<Result<EngineRecord, NotInstalled>> {
  const text = (await readWithin(join(engine, files.record), recordLimits.bytes).catch(() => undefined))?.toString('utf8')
  if (text === undefined) {
    const there = await stat(engine).then(
      () => true,
      () => false,
    )
    return err(there ? damaged(`${files.record} is missing`) : { state: 'absent', why: 'it is not installed' })
  }
  const record = parse(text)
  if (record?.key !== key) return err(damaged(`${files.record} belongs to another engine`))
  for (const { path, bytes } of record.files) {
    const found = await stat(join(engine, path)).catch(() => undefined)
    if (found?.size !== bytes)
      return err(damaged(`${path} ${found ? `has ${found.size} bytes instead of ${bytes}` : 'is missing'}`))
  }
  return ok(record)
}

const damaged = (why: string): NotInstalled => ({ state: 'damaged', why })

/** An engine has about ten thousand files. */
const recordLimits = { bytes: 16_000_000, depth: 8, values: 500_000 }

function parse(text: string): EngineRecord | undefined {
  const record = jsonOrUndefined(text, recordLimits) as Partial<EngineRecord> | null | undefined
  return record?.format === 1 && Array.isArray(record.files) && record.files.every(isListed)
    ? (record as EngineRecord)
    : undefined
}

function isListed(value: unknown): boolean {
  const { path, bytes, sha256 } = (value ?? {}) as Readonly<Record<string, unknown>>
  return typeof path === 'string' && !path.includes('\0') && typeof bytes === 'number' && typeof sha256 === 'string'
}

export const bytesOf = (record: EngineRecord): number => record.files.reduce((sum, f) => sum + f.bytes, 0)

/** Removes a folder that another process, orphaned by a kill, may still be writing to. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
