import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NormalizedData } from '../compile/normalized.ts'
import type { DataConfig } from '../data/types.ts'

/** The data at the commit that a change is merged into. */
export interface BaseData {
  /** The data as that commit's spec reads them. */
  readonly data: NormalizedData
  /** Where that commit has its file; omitted if the file is in no commit. */
  readonly path?: string
  /** @param own the change's data file */
  file(own: string): Promise<BaseFile>
}

/**
 * The base's data by a search that is done when it is first asked for, and once: a study has one data file, and asks to
 * retrain the base and to compare its rows.
 */
export function lookedForOnce({ file, ...rest }: BaseData): BaseData {
  let found: Promise<BaseFile> | undefined
  return { ...rest, file: (own) => (found ??= file(own)) }
}

export type BaseFile =
  | { readonly kind: 'same' }
  | { readonly kind: 'other'; readonly name: string; readonly bytes: Buffer }
  | { readonly kind: 'unknown'; readonly why: string }
  /** Neither commit has the file, so the workflow chose it. */
  | { readonly kind: 'uncommitted'; readonly why: string }

/** The base's data next to those of the change. */
export type BaseVersion =
  | { readonly kind: 'same' }
  /** The base's file, and how the base reads it. */
  | { readonly kind: 'other'; readonly source: string; readonly header: NormalizedData['header'] }
  | { readonly kind: 'unknown' | 'uncommitted'; readonly why: string }

/**
 * Provides the base's version of the data. Its file exists as long as `use` runs.
 *
 * @param own how the change reads its own file
 */
export async function withBaseData<T>(
  { data, file }: BaseData,
  own: Pick<DataConfig, 'source' | 'header'>,
  use: (version: BaseVersion) => Promise<T>,
): Promise<T> {
  const found = await file(own.source)
  const { header } = data
  // If only one side counts the first line as a row, the rows still differ.
  if (found.kind === 'same') return use(header === own.header ? found : { kind: 'other', source: own.source, header })
  if (found.kind !== 'other') return use(found)
  const folder = await mkdtemp(join(tmpdir(), 'tunegate-base-data-'))
  try {
    const source = join(folder, found.name)
    await writeFile(source, found.bytes)
    return await use({ kind: 'other', source, header })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
