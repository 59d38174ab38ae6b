import { stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import { explainFileError, makeFolder, readTextWithin, writeFileAtomic } from '../../base/files.ts'
import { shellCommand } from '../../base/shell.ts'
import type { TargetDefinition } from '../../compile/targets/definition.ts'
import { targetNamed, type TargetName } from '../../compile/targets/index.ts'
import { machineArguments, machineOf, type MachineOptions } from '../../compile/targets/machine.ts'
import type { EngineWish } from '../../engines/index.ts'
import { modelFormatNames, type ModelFormatName } from '../../saved-model/formats/index.ts'
import { prepare } from '../../study/prepare.ts'
import { err, out } from '../print.ts'
import { workspaceOf } from '../workspace.ts'

export interface CompileOptions extends MachineOptions {
  readonly target: TargetName
  readonly output?: string
  readonly check?: boolean
  readonly shards: number
  readonly engine: EngineWish
  readonly uses?: string
  readonly saveModel?: readonly ModelFormatName[] | true
}

/** Writes the plan as the file of a target, or checks whether the existing file is up to date with the spec. */
export async function compileCommand(specPath: string, options: CompileOptions): Promise<number> {
  const { output, shards } = options
  const target = targetNamed(options.target)
  const saveModel = options.saveModel === true ? modelFormatNames : options.saveModel
  const { plan } = await prepare({ specPath, workspace: workspaceOf(specPath), env: process.env, saveModel })
  const before = output === undefined ? undefined : await committed(output, target)
  const spec = await fromRoot(specPath)
  const engine = options.engine === 'auto' ? [] : ['--engine', options.engine]
  const models = saveModel ? ['--save-model', saveModel.join(',')] : []
  const own = [...engine, ...models, ...machineArguments(options), '--shards', String(shards)]
  const command = shellCommand('tunegate', 'compile', spec, '--target', target.name, ...own)
  const text = target.render(plan, {
    spec,
    shards,
    engine: options.engine,
    saveModel: saveModel ?? [],
    machine: machineOf(options),
    uses: options.uses,
    before,
    command,
  })
  if (options.check) return check(text, before, output, target)
  if (output === undefined) out.document(text)
  else await write(text, output, target)
  return 0
}

/** No file of tunegate's is this large. */
const mostBytes = 16 * 2 ** 20

/** The existing text; undefined if there is none. */
async function committed(output: string, { noun }: TargetDefinition): Promise<string | undefined> {
  return readTextWithin(output, mostBytes, 'compile/too-large').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw explainFileError(error, 'compile/unreadable', `the existing ${noun} cannot be read`)
  })
}

function check(text: string, before: string | undefined, output: string | undefined, { noun }: TargetDefinition): number {
  if (output === undefined) {
    throw new InputError([
      {
        code: 'compile/check-what',
        severity: 'error',
        message: 'there is nothing to check',
        found: '--check without --output',
        hint: `pass the committed ${noun} with --output FILE`,
      },
    ])
  }
  if (text === before) {
    out.lines(`${output} is up to date`)
    return 0
  }
  const found = before === undefined ? 'the file does not exist' : firstDifference(before, text)
  err.lines(`${output} is out of date: ${found}`, 'Run the same command without --check, then commit the file.')
  return 1
}

function firstDifference(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const line = b.findIndex((text, i) => text !== a[i])
  const at = line < 0 ? b.length : line
  return `line ${at + 1} is ${JSON.stringify(a[at] ?? '')} and would be ${JSON.stringify(b[at] ?? '')}`
}

async function write(text: string, output: string, target: TargetDefinition): Promise<void> {
  const path = resolve(output)
  await makeFolder(dirname(path))
    .then(() => writeFileAtomic(path, text))
    .catch((error: unknown) => {
      throw explainFileError(error, 'compile/unwritable', `the ${target.noun} cannot be written`)
    })
  out.lines(`${output}: written`, ...(target.todo?.(text) ?? []))
}

/** The path in the checkout of a job: relative to the folder with `.git`, or to the current folder if there is none. */
async function fromRoot(specPath: string): Promise<string> {
  const full = resolve(specPath)
  for (let folder = dirname(full); ; folder = dirname(folder)) {
    const isRoot = await stat(join(folder, '.git')).then(
      () => true,
      () => false,
    )
    if (isRoot || dirname(folder) === folder)
      return relative(isRoot ? folder : process.cwd(), full)
        .split(sep)
        .join('/')
  }
}
