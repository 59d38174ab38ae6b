import { readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { shownPath } from '../base/paths.ts'
import { counted, fail } from './problems.ts'

/** Sizes beyond which a file is refused instead of exhausting the machine: data files are not trusted. */
export interface Limits {
  /** Bytes of the file, and of what a .gz or .npz of it unpacks to (a decompression bomb ends here). */
  readonly bytes: number
  readonly columns: number
  /** Bytes of one line or record. */
  readonly record: number
  /** Different values of one categorical column or target. */
  readonly levels: number
  /** Bytes of the model's inputs, rows × inputSize × 4. */
  readonly inputs: number
}

export const LIMITS: Limits = {
  bytes: 2 ** 31 - 1,
  columns: 65_536,
  record: 16 * 2 ** 20,
  levels: 10_000,
  inputs: 2 ** 31,
}

export type Format = 'csv' | 'tsv' | 'jsonl' | 'npy' | 'npz'
const FORMATS: Readonly<Record<string, Format>> = {
  csv: 'csv', tsv: 'tsv', tab: 'tsv', jsonl: 'jsonl', ndjson: 'jsonl', npy: 'npy', npz: 'npz',
}
const ALLOWED = '.csv, .tsv, .jsonl, .npy, .npz, each also with .gz'

/** A data file's content, inflated, and what the name says it is. */
export interface Source {
  /** As messages show it. */
  readonly file: string
  readonly format: Format
  readonly bytes: Buffer
  readonly limits: Limits
}

/** Reads a data file; InputError where it cannot be read, is too large, or has a name that says no format. */
export async function readSource(file: string, limits: Limits = LIMITS): Promise<Source> {
  const name = shownPath(file)
  const { format, zipped } = formatOf(name)
  const raw = await readBytes(file, name, limits)
  const bytes = zipped ? await inflate(name, raw, limits) : raw
  if (bytes.length === 0) fail({ code: 'data/empty', message: `${name} is empty` })
  return { file: name, format, bytes, limits }
}

function formatOf(file: string): { format: Format; zipped: boolean } {
  const [, extension, gz] = /\.([a-z0-9]+?)(\.gz)?$/i.exec(file) ?? []
  const key = extension?.toLowerCase() ?? ''
  const format = Object.hasOwn(FORMATS, key) ? FORMATS[key] : undefined
  if (format) return { format, zipped: gz !== undefined }
  return fail({
    code: 'data/format', message: `the format of ${file} is not known from its name`,
    found: key === '' ? 'no extension' : `.${key}${gz ?? ''}`, allowed: ALLOWED,
  })
}

async function readBytes(file: string, name: string, limits: Limits): Promise<Buffer> {
  try {
    const info = await stat(file)
    if (!info.isFile()) fail({ code: 'data/not-a-file', message: `${name} is not a regular file` })
    if (info.size > limits.bytes) tooLarge(name, counted(info.size, 'byte'), limits)
    return await readFile(file)
  } catch (error) {
    // Only what the file system says is about the input; anything else goes on up.
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    const missing = code === 'ENOENT' || code === 'ENOTDIR'
    const message = missing ? `there is no file ${name}` : `${name} cannot be read`
    return fail({ code: 'data/unreadable', message, found: code })
  }
}

async function inflate(file: string, raw: Buffer, limits: Limits): Promise<Buffer> {
  try {
    return await promisify(gunzip)(raw, { maxOutputLength: limits.bytes })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ERR_BUFFER_TOO_LARGE') tooLarge(file, 'it inflates to more', limits)
    return fail({
      code: 'data/gzip', message: `${file} is named .gz but cannot be inflated`,
      found: error instanceof Error ? error.message : String(error),
    })
  }
}

export function tooLarge(file: string, found: string, limits: Limits): never {
  return fail({ code: 'data/too-large', message: `${file} is too large`, found, allowed: counted(limits.bytes, 'byte') })
}
