import { dirname } from 'node:path'
import { rawRows } from '../../diagnose/read/raw.ts'
import type { LoggedRun, Place, ResultsFormat } from '../definition.ts'
import { reader, refused, textOf } from '../read-file.ts'

const endings = /\.(jsonl|ndjson|csv|tsv)$/i

/** A file with one row per seed, or with the curves of one or several seeds. */
export const table: ResultsFormat<'table'> = {
  name: 'table',
  tool: 'a table',
  summary: 'JSON lines or CSV: one row per seed, or one row per step of each seed.',
  fits: ({ path, names }) => names === null && endings.test(path),
  read: async ({ path }) => [tableRun(await textOf(path), path)],
}

/** A file that was named and that no other format claims. */
export const readTable = async ({ path }: Place): Promise<readonly LoggedRun[]> => [tableRun(await textOf(path), path)]

/** The rows of a text; `file` is only for messages and for what its predictions are relative to. */
export function tableRun(text: string, file: string): LoggedRun {
  const rows = rawRows(text, file, reader)
  if (rows.length === 0)
    throw refused('empty', `${file} has no results`, text.trim() === '' ? 'an empty file' : 'a header alone')
  return { source: file, folder: dirname(file), parameters: new Map(), rows, mixed: true }
}
