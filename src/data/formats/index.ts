import { fail } from '../problems.ts'
import { arrow } from './arrow/index.ts'
import { csv, tsv } from './csv.ts'
import type { FormatDefinition } from './definition.ts'
import { imageFolder } from './image-folder/index.ts'
import { jsonArray } from './json-array.ts'
import { jsonl } from './jsonl.ts'
import { npy } from './npy.ts'
import { npz } from './npz.ts'
import { parquet } from './parquet/index.ts'
import { psv, txt } from './txt.ts'

/** Every format, in the order in which messages and docs list them. */
export const formats: readonly FormatDefinition[] = [
  csv,
  tsv,
  jsonl,
  npy,
  npz,
  parquet,
  jsonArray,
  txt,
  psv,
  imageFolder,
  arrow,
]

/** The format that a file's name indicates. Throws an InputError if it indicates none. */
export function formatOf(file: string): { readonly format: FormatDefinition; readonly zipped: boolean } {
  const [, extension = '', gz] = /\.([a-z0-9]+?)(\.gz)?$/i.exec(file) ?? []
  const ending = extension.toLowerCase()
  const format = formats.find(({ endings }) => endings.includes(ending))
  if (format) return { format, zipped: gz !== undefined }
  return fail({
    code: 'data/format',
    message: `the name of ${file} does not tell its format`,
    found: ending === '' ? 'no extension' : `.${ending}${gz ?? ''}`,
    allowed: `${formats.map(({ endings: [usual] }) => `.${usual}`).join(', ')}, optionally followed by .gz`,
  })
}

/** Whether one name may stand for several targets in a file of this name. */
export const mayNameArrays = (file: string): boolean =>
  formats.some(
    ({ endings, namesArrays }) => namesArrays && endings.some((ending) => file.toLowerCase().endsWith(`.${ending}`)),
  )

/** The name of a file without its folder and its format endings: `digits` for `data/digits.csv.gz`. */
export function stemOf(file: string): string {
  const endings = [...formats.flatMap((format) => format.endings), 'gz']
  return (file.split(/[/\\]/).at(-1) ?? '').replace(new RegExp(`(\\.(${endings.join('|')}))+$`, 'i'), '')
}
