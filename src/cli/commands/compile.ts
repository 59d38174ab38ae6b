import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import { explainFileError, makeFolder, writeFileAtomic } from '../../base/files.ts'
import { unpinned, workflowText } from '../../compile/targets/workflow.ts'
import type { EngineWish } from '../../study/engine.ts'
import { prepare } from '../../study/prepare.ts'
import { workspaceOf } from '../workspace.ts'
import { print } from '../output.ts'

export interface CompileOptions {
  readonly target: 'workflow'
  readonly output?: string
  readonly check?: boolean
  readonly shards: number
  readonly engine: EngineWish
  readonly uses?: string
}

/** Writes the plan as a workflow, or says whether the one that is there is still what the spec gives. */
export async function compileCommand(specPath: string, options: CompileOptions): Promise<number> {
  const { output } = options
  const { plan } = await prepare({ specPath, workspace: workspaceOf(specPath) })
  const before = output === undefined ? undefined : await readFile(output, 'utf8').catch(() => undefined)
  // A commit that a person wrote stays; the file would otherwise be out of date with every release.
  const uses = options.uses ?? before?.match(/^ *(?:- )?uses: (\.\/|(?!actions\/)\S+@\S+(?: #[^\n]*)?)/m)?.[1] ?? unpinned
  const spec = await fromRoot(specPath)
  const rest = `${options.engine === 'auto' ? '' : ` --engine ${options.engine}`} --shards ${options.shards}`
  const command = `tunegate compile ${spec} --target workflow${rest}`
  const text = workflowText(plan, { spec, uses, shards: options.shards, engine: options.engine, command })
  if (options.check) return check(text, before, output)
  if (output === undefined) print(text)
  else await write(text, output)
  return 0
}

function check(text: string, before: string | undefined, output: string | undefined): number {
  if (output === undefined) {
    throw new InputError([{
      code: 'compile/check-what', severity: 'error', message: 'there is nothing to check', found: '--check without --output',
      hint: 'name the committed workflow by --output FILE',
    }])
  }
  if (text === before) {
    print(`${output} is what the spec gives\n`)
    return 0
  }
  const found = before === undefined ? 'there is no such file' : firstDifference(before, text)
  process.stderr.write(`${output} is out of date: ${found}\nWrite it by the same command without --check, and commit it.\n`)
  return 1
}

function firstDifference(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const line = b.findIndex((text, i) => text !== a[i])
  const at = line < 0 ? b.length : line
  return `line ${at + 1} is ${JSON.stringify(a[at] ?? '')} and would be ${JSON.stringify(b[at] ?? '')}`
}

async function write(text: string, output: string): Promise<void> {
  const path = resolve(output)
  await makeFolder(dirname(path)).then(() => writeFileAtomic(path, text)).catch((error: unknown) => {
    throw explainFileError(error, 'compile/unwritable', 'the workflow cannot be written')
  })
  print(`${output}: written\n${text.includes(unpinned) ? 'Write the commit of a release of the action into it.\n' : ''}`)
}

/** The path as the workflow's checkout has it: from the folder with `.git`, or from the current one where there is none. */
async function fromRoot(specPath: string): Promise<string> {
  const full = resolve(specPath)
  for (let folder = dirname(full); ; folder = dirname(folder)) {
    const isRoot = await stat(join(folder, '.git')).then(() => true, () => false)
    if (isRoot || dirname(folder) === folder) return safe(relative(isRoot ? folder : process.cwd(), full).split(sep).join('/'))
  }
}

/** A path that the workflow would take for an expression cannot be written into it. */
function safe(path: string): string {
  if (!path.includes('${{')) return path
  throw new InputError([{
    code: 'compile/path', severity: 'error', message: 'the path of the spec would be an expression in a workflow', found: path, hint: 'rename it',
  }])
}
