import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NormalizedData } from '../compile/normalized.ts'
import { movedPaths, pathsOf, type DataPaths, type PartName } from '../data/parts.ts'

/** The data at the commit that a change is merged into. */
export interface BaseData {
  /** The data as that commit's spec reads them. */
  readonly data: NormalizedData
  /** Where that commit has its file; omitted if the file is in no commit. */
  readonly path?: string
  /**
   * @param own the change's data file of this part; null if it has none
   * @param part which file of several; `train` if there is one
   */
  file(own: string | null, part: PartName): Promise<BaseFile>
}

/**
 * The base's data by a search that is done when it is first asked for, and once: a study asks to
 * retrain the base and to compare its rows.
 */
export function lookedForOnce({ file, ...rest }: BaseData): BaseData {
  const found: { [part in PartName]?: Promise<BaseFile> } = {}
  return { ...rest, file: (own, part) => (found[part] ??= file(own, part)) }
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
  /** The base's files, and how the base reads them. */
  | { readonly kind: 'other'; readonly paths: DataPaths; readonly header: NormalizedData['header'] }
  | { readonly kind: 'unknown' | 'uncommitted'; readonly why: string }

/**
 * Provides the base's version of the data. Its file exists as long as `use` runs.
 *
 * @param own how the change reads its own file
 */
export async function withBaseData<T>(
  { data, file }: BaseData,
  own: DataPaths & Pick<NormalizedData, 'header'>,
  use: (version: BaseVersion) => Promise<T>,
): Promise<T> {
  const owned = new Map(pathsOf(own))
  const parts = pathsOf(data).map(([part]) => part)
  const found: Found[] = []
  for (const part of parts) found.push({ part, file: await file(owned.get(part) ?? null, part) })
  const unavailable = found.find(isUnavailable)
  // A workflow that chose one of several files did not choose the others.
  if (unavailable) {
    const all = found.every((one) => one.file.kind === unavailable.file.kind)
    return use(all ? unavailable.file : { kind: 'unknown', why: unavailable.file.why })
  }
  const { header } = data
  const same = found.every((one) => one.file.kind === 'same') && parts.length === owned.size
  // If only one side counts the first line as a row, the rows still differ.
  if (same && header === own.header) return use({ kind: 'same' })
  const folder = await mkdtemp(join(tmpdir(), 'tunegate-base-data-'))
  try {
    const files = new Map(found.map((one) => [one.part, one.file]))
    const paths = await movedPaths(data, (path, part) => placed(folder, part, files.get(part), owned.get(part) ?? path))
    return await use({ kind: 'other', paths, header })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Found {
  readonly part: PartName
  readonly file: BaseFile
}

type Unavailable = Extract<BaseFile, { readonly kind: 'unknown' | 'uncommitted' }>

const isUnavailable = (found: Found): found is Found & { readonly file: Unavailable } =>
  found.file.kind === 'unknown' || found.file.kind === 'uncommitted'

/** Where a file of the base is: the change's own if they are the same. */
async function placed(folder: string, part: PartName, file: BaseFile | undefined, own: string): Promise<string> {
  if (file?.kind !== 'other') return own
  const path = join(folder, part, file.name)
  await mkdir(join(folder, part))
  await writeFile(path, file.bytes)
  return path
}
