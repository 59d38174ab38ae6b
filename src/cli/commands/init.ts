import { stat } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { InputError, didYouMean } from '../../base/diagnostics.ts'
import { shellWord } from '../../base/shell.ts'
import { normalizeChecks } from '../../compile/normalize/data.ts'
import { presetFor } from '../../compile/presets/index.ts'
import { checkedUses } from '../../compile/targets/workflow.ts'
import { inspect } from '../../data/inspect.ts'
import type { TableSummary } from '../../data/types.ts'
import { renderSpec } from '../../dsl/init.ts'
import { initialStages } from '../../stages/index.ts'
import { out } from '../print.ts'
import { initTrainer } from './init-trainer.ts'
import { commentWorkflow, commentWorkflowPath, noCommit } from '../workflows/comment.ts'
import { explainFileError, makeFolder, writeFileAtomic } from '../../base/files.ts'

export interface InitOptions {
  readonly output: string
  readonly target?: string
  readonly force?: boolean
  /** Writes the workflow behind `/tune` as well, or only that if there are no data. */
  readonly github?: boolean
  readonly uses?: string
  /** A training script to write a spec for, in place of data. */
  readonly trainer?: string
}

export async function initCommand(data: string | undefined, options: InitOptions): Promise<number> {
  const { trainer } = options
  if (trainer !== undefined) {
    await refuseExisting(options.output, options.force)
    return await initTrainer(trainer, options.output)
  }
  if (data === undefined && !options.github) {
    throw new InputError([
      {
        code: 'init/nothing',
        severity: 'error',
        message: 'there is nothing to write',
        found: 'no data file and no --github',
        hint: 'run tunegate init data.csv',
      },
    ])
  }
  if (data !== undefined) await writeSpec(data, options)
  if (options.github) await writeWorkflow(options)
  return 0
}

/** The path of the spec is relative to the current folder, which is the root of the repository. */
async function writeWorkflow({ output, force, uses = noCommit }: InitOptions): Promise<void> {
  const spec = relative('.', output).split('\\').join('/')
  if (!/^[\w][\w./-]*$/.test(spec) || spec.split('/').includes('..')) {
    throw new InputError([
      {
        code: 'init/spec-path',
        severity: 'error',
        message: 'a workflow cannot name this spec',
        found: output,
        allowed: 'a path below the current folder that uses only letters, digits, `_`, `-`, `.` and `/`',
      },
    ])
  }
  checkedUses(uses, 'init/uses')
  await refuseExisting(commentWorkflowPath, force)
  await makeFolder(dirname(commentWorkflowPath)).catch(unwritable(commentWorkflowPath))
  await writeFileAtomic(commentWorkflowPath, commentWorkflow({ spec, uses })).catch(unwritable(commentWorkflowPath))
  out.lines(
    `${commentWorkflowPath}: written. Once it is on the default branch, comment \`/tune help\` on a pull request to try it.`,
    ...(uses === noCommit ? ['  Write the commit of a release in place of the zeros, or pass it with --uses.'] : []),
  )
}

async function refuseExisting(file: string, force = false): Promise<void> {
  if (
    force ||
    !(await stat(file).then(
      () => true,
      () => false,
    ))
  )
    return
  throw new InputError([
    {
      code: 'init/exists',
      severity: 'error',
      message: 'the file already exists',
      found: file,
      hint: 'choose another with --output, or replace it with --force',
    },
  ])
}

const unwritable =
  (file: string) =>
  (error: unknown): never => {
    throw explainFileError(error, 'init/unwritable', `${file} cannot be written`)
  }

async function writeSpec(data: string, options: InitOptions): Promise<void> {
  const summary = retargeted(await inspect(data), options.target)
  await refuseExisting(options.output, options.force)
  const { name: preset } = presetFor({ tokens: false, images: summary.imageShape !== null })
  const file = relative(dirname(resolve(options.output)), resolve(data))
    .split('\\')
    .join('/')
  const text = renderSpec({ ...summary, file, preset, checks: normalizeChecks(), stages: initialStages })
  await writeFileAtomic(options.output, text).catch(unwritable(options.output))
  const spec = shellWord(options.output)
  out.lines(
    `${options.output}: written for ${summary.rows} rows and ${summary.columns.length} columns${described(summary)}`,
    'Review it, then run:',
    `  tunegate plan ${spec}`,
    `  tunegate run ${spec}`,
  )
}

/** Replaces the guessed column with the one that the user names. The task is then guessed from its values. */
function retargeted(summary: TableSummary, target: string | undefined): TableSummary {
  if (target === undefined) return summary
  const column = summary.columns.find((c) => c.name === target || String(c.index) === target)
  if (!column) {
    const names = summary.columns.map((c) => c.name)
    const near = didYouMean(target, names)
    throw new InputError([
      {
        code: 'init/unknown-column',
        severity: 'error',
        message: 'the data does not have this column',
        found: target,
        allowed: names.slice(0, 20).join(', '),
        ...(near ? { hint: `did you mean ${near}?` } : {}),
      },
    ])
  }
  const regression = column.type === 'numeric' && !(column.whole && column.distinct <= 20)
  return { ...summary, target: column.name, task: regression ? 'regression' : 'classification' }
}

function described({ target, task, imageShape }: TableSummary): string {
  const what = target === null ? '; no target could be guessed' : `; it predicts ${target} (${task ?? 'classification'})`
  return `${what}${imageShape ? `, rows are images of ${imageShape.join('×')}` : ''}`
}
