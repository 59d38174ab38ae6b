import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError } from '../base/files.ts'
import { lookedForOnce, type BaseData } from '../study/base-file.ts'
import { isTrainerSpec } from '../compile/normalized.ts'
import { readSpec } from '../study/read-spec.ts'
import { workspaceOf } from './workspace.ts'

/**
 * The data file that a base spec is retrained on, read as that spec reads its data. Throws an `InputError` if there is no
 * base spec, or no such file.
 */
export async function baseDataOf(file: string | undefined, baseSpec: string | undefined): Promise<BaseData | undefined> {
  if (file === undefined) return undefined
  if (baseSpec === undefined) {
    throw new InputError([
      {
        code: 'run/no-base-spec',
        severity: 'error',
        message: '--base-data needs a base spec',
        found: `--base-data ${file}`,
        allowed: '--base-data with --base-spec',
      },
    ])
  }
  const { spec } = await readSpec({ specPath: baseSpec, workspace: workspaceOf(baseSpec) })
  // A script reads its own data, which its checkout has.
  if (isTrainerSpec(spec)) return undefined
  const { data } = spec
  const bytes = await contentOf(file)
  const versionFor: BaseData['file'] = async (own, part) => {
    if (part !== 'train') return { kind: 'unknown', why: `--base-data names one file, and ${baseSpec} reads several` }
    const same = own !== null && bytes.equals(await contentOf(own))
    return same ? { kind: 'same' } : { kind: 'other', name: basename(file), bytes }
  }
  return lookedForOnce({ data, file: versionFor })
}

const contentOf = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: unknown) => {
    throw explainFileError(error, 'data/unreadable', `the data file ${file} cannot be read`)
  })
