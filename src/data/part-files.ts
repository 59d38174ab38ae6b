import { pathsOf } from './parts.ts'
import { readSource, type DataFile } from './read-source.ts'
import { joined, requireSameColumns } from './shards.ts'
import { LIMITS, type Limits, type Source } from './source.ts'
import type { Given } from './splits.ts'
import type { OpenTable, Table, TableUse } from './table.ts'
import type { DataConfig } from './types.ts'
import { unwatched, type Watch } from './watch.ts'

/**
 * Reads the file of a data block, or its files of several parts as one table: the training rows first. Throws an InputError
 * if one cannot be read, or if together they are too large.
 */
export async function readData(
  config: Pick<DataConfig, 'source' | 'files'>,
  limits: Limits = LIMITS,
  watch: Watch = unwatched,
): Promise<DataFile> {
  const [, ...others] = pathsOf(config)
  const train = await readSource(config.source, limits, watch)
  if (others.length === 0) return train
  const parts = [train]
  const names = ['train']
  for (const [part, path] of others) {
    const left = limits.bytes - parts.reduce((sum, { bytes }) => sum + bytes.length, 0)
    parts.push(await readSource(path, { ...limits, bytes: left }, watch))
    names.push(part)
  }
  // The names of the parts are content: the same rows in other parts are other data.
  const list = JSON.stringify(parts.map(({ format, bytes }, i) => [names[i], format.name, bytes.length]))
  const bytes = Buffer.concat([...parts.map((part) => part.bytes), Buffer.from(list)])
  const open = (source: Source, use: TableUse): Promise<OpenTable> => openParts(parts, source, use)
  return { ...train, format: { ...train.format, open }, bytes }
}

/** Opens the files one below the other. They may be of different formats, and all have the columns of the first. */
async function openParts(parts: readonly DataFile[], source: Source, use: TableUse): Promise<OpenTable> {
  const opened: OpenTable[] = []
  for (const { file, bytes, format } of parts) {
    const [first] = opened
    // A part with few rows says little about its header, and its images have the size of the training images.
    const like = first ? { header: first.header, shape: use.shape ?? first.rowShape } : {}
    opened.push(await format.open({ ...source, file, bytes }, { ...use, ...like }))
  }
  const [first, ...rest] = opened
  if (!first) throw new Error('there is no file to open')
  for (const other of rest) requireSameColumns(first, other)
  return {
    ...first,
    read: (wants) =>
      joined(
        source,
        opened.map((one) => one.read(wants)),
      ),
  }
}

/** The rows that files assign to parts, in a table of several files; undefined if one file is split. */
export function givenParts(config: Pick<DataConfig, 'source' | 'files'>, { counts }: Table): Given | undefined {
  const parts = pathsOf(config)
  if (parts.length === 1) return undefined
  if (counts?.length !== parts.length) throw new Error('the rows of each file were not counted')
  let start = 0
  const ranges = parts.map(([part], i) => {
    const from = start
    start += counts[i] ?? 0
    return [part, Int32Array.from({ length: start - from }, (_, row) => from + row)] as const
  })
  const { train = new Int32Array(), ...rest } = Object.fromEntries(ranges) as Partial<Record<keyof Given, Int32Array>>
  return { train, ...rest }
}
