import { basename } from 'node:path'
import type { DataConfig, Splits } from './types.ts'

/** The part of a split that a file or a folder is named after. */
export const partOf = (name: string): string | undefined =>
  /^(train|training|val|valid|validation|dev|test)(?=[^a-z]|$)/i.exec(name)?.[1]?.toLowerCase()

/** Whether a path names several files by a pattern: `*` in the name of the file stands for any characters. */
export const isPattern = (path: string): boolean => basename(path).includes('*')

export type PartName = keyof Splits

/** Where the files of a data block are. */
export type DataPaths = Pick<DataConfig, 'source' | 'files'>

/** The files of a data block, the training rows first. */
export const pathsOf = ({ source, files = {} }: DataPaths): [part: PartName, path: string][] => [
  ['train', source],
  ...(['validation', 'test'] as const).flatMap((part): [PartName, string][] => {
    const path = files[part]
    return path === undefined ? [] : [[part, path]]
  }),
]

/** The same files under other paths, such as resolved ones. */
export async function movedPaths(
  paths: DataPaths,
  moved: (path: string, part: PartName) => string | Promise<string>,
): Promise<DataPaths> {
  const all: Partial<Record<PartName, string>> = {}
  for (const [part, path] of pathsOf(paths)) all[part] = await moved(path, part)
  const { train = paths.source, ...files } = all
  return { source: train, ...(paths.files && { files }) }
}
