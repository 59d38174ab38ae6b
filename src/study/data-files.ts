import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { shownPath } from '../base/paths.ts'
import type { NormalizedData } from '../compile/normalized.ts'
import { isPattern, movedPaths, type DataPaths, type PartName } from '../data/parts.ts'
import { isTokenizerFile } from '../data/tokenizers/index.ts'
import type { DataConfig } from '../data/types.ts'
import type { Locate, SpecPath } from '../dsl/parse.ts'
import type { SpecSource } from './options.ts'

/** The files that the data of a spec consist of, with all links resolved. */
export interface DataFiles {
  readonly paths: DataPaths
  /** Present if the spec names a tokenizer file: how it names it, and where that is. */
  readonly tokenizerFile?: { readonly named: string; readonly path: string }
}

/** Finds the files. Throws an `InputError` if one does not exist or is outside of the workspace. */
export async function dataFiles(data: NormalizedData, locate: Locate, source: SpecSource): Promise<DataFiles> {
  const paths = await movedPaths(data, (path, part) =>
    fileIn(path, { at: ['data', keyOf(data, part)], what: 'data' }, locate, source),
  )
  const named = tokenizerOf(data)
  if (named === null) return { paths }
  const path = await fileIn(named, { at: ['data', 'inputs', 'tokenizer'], what: 'tokenizer' }, locate, source)
  return { paths, tokenizerFile: { named, path } }
}

/** The key of the data block that names the file of a part. */
const keyOf = ({ files }: DataPaths, part: PartName): string => (files ? part : 'source')

/**
 * What the loader reads: the data block with the paths of these files. Throws an `InputError` if the block names another
 * tokenizer file, as the spec of a baseline may.
 */
export function configOf(data: NormalizedData, { paths, tokenizerFile }: DataFiles): DataConfig {
  const named = tokenizerOf(data)
  if (named === null || data.inputs.kind !== 'text') return { ...data, ...paths }
  if (tokenizerFile?.named === named) {
    return { ...data, ...paths, inputs: { ...data.inputs, tokenizer: tokenizerFile.path } }
  }
  throw new InputError([
    {
      code: 'data/tokenizer',
      severity: 'error',
      message: 'the baseline reads its text with another tokenizer file than this study',
      found: named,
      ...(tokenizerFile ? { allowed: tokenizerFile.named } : {}),
    },
  ])
}

const tokenizerOf = ({ inputs }: NormalizedData): string | null =>
  inputs.kind === 'text' && isTokenizerFile(inputs.tokenizer) ? inputs.tokenizer : null

interface FileOf {
  readonly at: SpecPath
  readonly what: 'data' | 'tokenizer'
}

/** A file. It is relative to the spec unless it is absolute, and inside the workspace with all links resolved. */
async function fileIn(
  written: string,
  { at, what }: FileOf,
  locate: Locate,
  { specPath, workspace }: SpecSource,
): Promise<string> {
  const named = resolve(dirname(specPath), written)
  const real = await realPath(named).catch(() => {
    throw new InputError([
      {
        code: 'data/unreadable',
        severity: 'error',
        message: `the ${what} file does not exist`,
        at: locate(at),
        found: written,
        ...(what === 'tokenizer' ? { allowed: 'word, char, or the path of a tokenizer.json' } : {}),
        hint: `write the path relative to the folder of the spec; it was looked for at ${shownPath(named)}`,
      },
    ])
  })
  const inside = relative(await realpath(workspace), real)
  if (inside.startsWith(`..${sep}`) || inside === '..' || isAbsolute(inside)) {
    throw new InputError([
      {
        code: 'data/outside-workspace',
        severity: 'error',
        message: `the ${what} file is outside of the workspace`,
        at: locate(at),
        found: written,
        allowed: 'a file inside the workspace after links are resolved',
      },
    ])
  }
  return real
}

/** With all links resolved. A pattern names files of a folder, which must exist. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(async (error: unknown) => {
    if (!isPattern(path)) throw error
    return join(await realpath(dirname(path)), basename(path))
  })
}
