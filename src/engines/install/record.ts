import { readdir, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { readWithin, writeFileAtomic } from '../../base/files.ts'
import { sha256OfFile } from '../../base/hash.ts'
import { jsonOrUndefined } from '../../base/json.ts'
import { err, ok, type Result } from '../../base/result.ts'

/** The file that says what was installed; without it the folder counts for nothing. */
export const recordFile = 'engine.json'

/** What every engine records: the content of its folder, and what made it. */
export interface InstallRecord {
  readonly format: 1
  readonly key: string
  readonly platform: string
  readonly compiler: string
  /** When it was installed, as ISO 8601. It decides nothing. */
  readonly installedAt: string
  /** Every other file of the folder, by its path with `/`. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
}

export async function listFiles(engine: string): Promise<InstallRecord['files']> {
  const entries = await readdir(engine, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name))
    .filter((p) => p !== join(engine, recordFile))
    .sort()
  const all: InstallRecord['files'][number][] = []
  for (const path of paths) {
    all.push({
      path: relative(engine, path).split(sep).join('/'),
      bytes: (await stat(path)).size,
      sha256: await sha256OfFile(path),
    })
  }
  return all
}

export async function writeRecord<R extends InstallRecord>(engine: string, record: R): Promise<void> {
  await writeFileAtomic(join(engine, recordFile), `${JSON.stringify(record, null, 2)}\n`)
}

/** Why a folder cannot be used: it is empty, or differs from what was installed. */
export interface NotInstalled {
  readonly state: 'absent' | 'damaged'
  readonly why: string
}

/**
 * What is installed in a folder, according to the folder itself. It compares sizes, which takes milliseconds and detects
 * what an interruption or a full disk leaves behind. That is enough for a folder in the user's own cache. It detects no
 * forgery: folders that others may have written to need an installer's `renew`.
 */
export async function readInstalled<R extends InstallRecord>(engine: string, key: string): Promise<Result<R, NotInstalled>> {
  const text = (await readWithin(join(engine, recordFile), recordLimits.bytes).catch(() => undefined))?.toString('utf8')
  if (text === undefined) {
    const there = await stat(engine).then(
      () => true,
      () => false,
    )
    return err(there ? damaged(`${recordFile} is missing`) : { state: 'absent', why: 'it is not installed' })
  }
  const record = parse(text) as R | undefined
  if (record?.key !== key) return err(damaged(`${recordFile} belongs to another engine`))
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

function parse(text: string): InstallRecord | undefined {
  const record = jsonOrUndefined(text, recordLimits) as Partial<InstallRecord> | null | undefined
  return record?.format === 1 && Array.isArray(record.files) && record.files.every(isListed)
    ? (record as InstallRecord)
    : undefined
}

function isListed(value: unknown): boolean {
  const { path, bytes, sha256 } = (value ?? {}) as Readonly<Record<string, unknown>>
  return typeof path === 'string' && !path.includes('\0') && typeof bytes === 'number' && typeof sha256 === 'string'
}

export const bytesOf = (record: InstallRecord): number => record.files.reduce((sum, f) => sum + f.bytes, 0)

/** Removes a folder that another process, orphaned by a kill, may still be writing to. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
