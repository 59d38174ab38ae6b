import { stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import { explainFileError, makeFolder, readTextWithin, writeFileAtomic } from '../../base/files.ts'
import { shellCommand } from '../../base/shell.ts'
import { unpinned, workflowText, type WorkflowOptions } from '../../compile/targets/workflow.ts'
import type { EngineWish } from '../../study/engine.ts'
import { prepare } from '../../study/prepare.ts'
import { err, out } from '../print.ts'
import { checkedUses } from '../workflows/uses.ts'
import { workspaceOf } from '../workspace.ts'

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
  const before = output === undefined ? undefined : await committed(output)
  const spec = await fromRoot(specPath)
  const engine = options.engine === 'auto' ? [] : ['--engine', options.engine]
  const command = shellCommand('tunegate', 'compile', spec, '--target', 'workflow', ...engine, '--shards', String(options.shards))
  const text = workflowText(plan, { spec, ...actionOf(options.uses, before), shards: options.shards, engine: options.engine, command })
  if (options.check) return check(text, before, output)
  if (output === undefined) out.document(text)
  else await write(text, output)
  return 0
}

/** No workflow of ours is as large. */
const mostBytes = 16 * 2 ** 20

/** What is there so far; undefined where nothing is. */
async function committed(output: string): Promise<string | undefined> {
  return readTextWithin(output, mostBytes, 'compile/too-large').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw explainFileError(error, 'compile/unreadable', 'the workflow that is there cannot be read')
  })
}

/** A commit that a person wrote stays; the file would otherwise be out of date with every release. */
function actionOf(wanted: string | undefined, before: string | undefined): Pick<WorkflowOptions, 'uses' | 'release'> {
  const [, kept, release] = before?.match(/^ *(?:- )?uses: (\.\/|(?!actions\/)\S+@\S+)(?: # ?([^\r\n]*))?/m) ?? []
  const uses = wanted ?? kept ?? unpinned
  return { uses: uses === './' ? uses : checkedUses(uses, 'compile/uses'), release: wanted === undefined ? release ?? null : null }
}

function check(text: string, before: string | undefined, output: string | undefined): number {
  if (output === undefined) {
    throw new InputError([{
      code: 'compile/check-what', severity: 'error', message: 'there is nothing to check', found: '--check without --output',
      hint: 'name the committed workflow by --output FILE',
    }])
  }
  if (text === before) {
    out.lines(`${output} is what the spec gives`)
    return 0
  }
  const found = before === undefined ? 'there is no such file' : firstDifference(before, text)
  err.lines(`${output} is out of date: ${found}`, 'Write it by the same command without --check, and commit it.')
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
  out.lines(`${output}: written`, ...(text.includes(unpinned) ? ['Write the commit of a release of the action into it.'] : []))
}

/** The path as the workflow's checkout has it: from the folder with `.git`, or from the current one where there is none. */
async function fromRoot(specPath: string): Promise<string> {
  const full = resolve(specPath)
  for (let folder = dirname(full); ; folder = dirname(folder)) {
    const isRoot = await stat(join(folder, '.git')).then(() => true, () => false)
    if (isRoot || dirname(folder) === folder) return relative(isRoot ? folder : process.cwd(), full).split(sep).join('/')
  }
}
