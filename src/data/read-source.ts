import { readdir, stat } from 'node:fs/promises'
import { basename, isAbsolute, resolve } from 'node:path'
import { createGunzip } from 'node:zlib'
import { didYouMean, InputError } from '../base/diagnostics.ts'
import { readWithin, reasonOf } from '../base/files.ts'
import { shownPath } from '../base/paths.ts'
import type { FolderFile, FormatDefinition } from './formats/definition.ts'
import { formatOf } from './formats/index.ts'
import { LineCount, tooLarge, tooMany } from './gauge.ts'
import { membersOf, type Members } from './members.ts'
import { isPattern } from './parts.ts'
import { counted, fail } from './problems.ts'
import { openShards } from './shards.ts'
import { LIMITS, type Limits, type Source } from './source.ts'
import { unwatched, type Watch } from './watch.ts'

/** A data file as read, with the format that its name indicates. */
export interface DataFile extends Source {
  readonly format: FormatDefinition
}

/** Reads a data file. Throws an InputError if it cannot be read, is too large, or its name indicates no format. */
export async function readSource(file: string, limits: Limits = LIMITS, watch: Watch = unwatched): Promise<DataFile> {
  const name = shownPath(file)
  const members = await membersOf(file, name, limits)
  if (members) return readMembers(name, members, limits, watch)
  const { format, zipped } = formatOf(name)
  watch.begin(`reading ${name}`)
  const bytes = await contentOf(file, name, format, zipped, limits, watch)
  if (bytes.length === 0) fail({ code: 'data/empty', message: `${name} is empty` })
  return { file: name, format, bytes, limits, watch }
}

/**
 * Reads several files as one. Its bytes are those of all files, followed by a list of their names and sizes, so that the
 * fingerprint covers everything that the table depends on.
 */
async function readMembers(name: string, { format, files }: Members, limits: Limits, watch: Watch): Promise<DataFile> {
  watch.begin(`reading ${name}`)
  const found: FolderFile[] = []
  let left = limits.bytes
  for (const { name: member, path } of files) {
    const within = { ...limits, bytes: left }
    const bytes = await contentOf(path, `${shownFolder(name)}${member}`, format, formatOf(member).zipped, within, watch)
    left -= bytes.length
    found.push({ name: member, bytes })
  }
  const list = JSON.stringify(found.map((file) => [file.name, file.bytes.length]))
  const bytes = Buffer.concat([...found.map((file) => file.bytes), Buffer.from(list)])
  const shards = found.map((file) => ({ file: `${shownFolder(name)}${file.name}`, bytes: file.bytes }))
  const open: FormatDefinition['open'] = (source, use) =>
    format.openFolder ? format.openFolder(found, source, use) : openShards(format, shards, source, use)
  return { file: name, format: { ...format, open }, bytes, limits, watch }
}

/** The folder of a pattern, or the folder itself. */
const shownFolder = (name: string): string => (isPattern(name) ? name.slice(0, name.lastIndexOf('/') + 1) : `${name}/`)

/** The content of one file, inflated. */
async function contentOf(
  file: string,
  name: string,
  format: FormatDefinition,
  zipped: boolean,
  limits: Limits,
  watch: Watch,
): Promise<Buffer> {
  const raw = await readBytes(file, name, limits)
  requireContent(raw, name)
  const lines = new LineCount(limits.lines, () => tooMany({ file: name }, 'line', limits.lines))
  const see = (chunk: Uint8Array): void => {
    if (format.isText) lines.add(chunk)
    watch.look()
  }
  if (!zipped) see(raw)
  return zipped ? inflate(name, raw, limits, see) : raw
}

/** What Git stores in place of a large file, and what is in the folder until the file is fetched. */
const pointer = Buffer.from('version https://git-lfs.github.com/spec/')

function requireContent(bytes: Buffer, name: string): void {
  if (!bytes.subarray(0, pointer.length).equals(pointer)) return
  fail({
    code: 'data/lfs-pointer',
    message: `${name} is a pointer of Git LFS, not the file itself`,
    found: bytes.toString('utf8', 0, 200).split('\n').slice(0, 3).join(' '),
    hint: 'run git lfs pull; in a workflow, set lfs: true for actions/checkout',
  })
}

async function readBytes(file: string, name: string, limits: Limits): Promise<Buffer> {
  try {
    const info = await stat(file)
    if (!info.isFile()) fail({ code: 'data/not-a-file', message: `${name} is not a regular file` })
    if (info.size > limits.bytes) tooLarge(name, counted(info.size, 'byte'), limits)
    // It may grow while it is read.
    return (await readWithin(file, limits.bytes)) ?? tooLarge(name, 'a file that is still growing', limits)
  } catch (error) {
    // Only file system errors are about the input. Anything else propagates.
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    const missing = code === 'ENOENT' || code === 'ENOTDIR'
    const message = missing ? `there is no file ${name}` : `${name} cannot be read`
    const found = reasonOf(error as NodeJS.ErrnoException)
    return fail({ code: 'data/unreadable', message, found, ...(missing ? await whereElse(file) : {}) })
  }
}

/** Where a missing file was looked for, and the name there that it may have meant. */
async function whereElse(file: string): Promise<{ readonly hint?: string }> {
  const folder = resolve(file, '..')
  const near = didYouMean(basename(file), await readdir(folder).catch(() => []))
  const looked = isAbsolute(file) ? [] : [`it was looked for in ${shownPath(folder)}`]
  const hints = [...(near === undefined ? [] : [`did you mean ${near}?`]), ...looked]
  return hints.length === 0 ? {} : { hint: hints.join(' ') }
}

/** Bytes that are inflated before they are checked. */
const chunkSize = 2 ** 20

/** @param see receives every part as it is inflated, and may throw to stop */
async function inflate(file: string, raw: Buffer, limits: Limits, see: (chunk: Buffer) => void): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  const stream = createGunzip({ chunkSize })
  try {
    stream.end(raw)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      total += chunk.length
      if (total > limits.bytes) tooLarge(file, 'more, once decompressed', limits)
      if (2 * total > limits.memory) tooLarge(file, 'more, once decompressed', { bytes: Math.floor(limits.memory / 2) })
      see(chunk)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    if (error instanceof InputError) throw error
    return fail({
      code: 'data/gzip',
      message: `${file} is named .gz but cannot be decompressed`,
      found: error instanceof Error ? error.message : String(error),
    })
  }
}
