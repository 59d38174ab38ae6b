import { stat, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { InputError, didYouMean } from '../../base/diagnostics.ts'
import { inspect } from '../../data/inspect.ts'
import type { TableSummary } from '../../data/types.ts'
import { renderSpec } from '../../spec/init.ts'

export async function initCommand(data: string, options: { readonly output: string; readonly target?: string; readonly force?: boolean }): Promise<number> {
  const summary = retargeted(await inspect(data), options.target)
  if (!options.force && (await stat(options.output).then(() => true, () => false))) {
    throw new InputError([{ code: 'init/exists', severity: 'error', message: 'there is such a file already', found: options.output, hint: 'choose another by --output, or replace it by --force' }])
  }
  const file = relative(dirname(resolve(options.output)), resolve(data)).split('\\').join('/')
  await writeFile(options.output, renderSpec({ ...summary, file })).catch((error: NodeJS.ErrnoException) => {
    throw new InputError([{
      code: 'init/unwritable', severity: 'error', message: 'the spec cannot be written',
      found: `${options.output}: ${error.code ?? error.message}`, hint: 'choose another place by --output',
    }])
  })
  process.stdout.write(`${options.output}: written for ${summary.rows} rows and ${summary.columns.length} columns${described(summary)}\n` +
    `Look it over, then:\n  tunegate plan ${options.output}\n  tunegate run ${options.output}\n`)
  return 0
}

/** The column that the user names in place of the guess; the task is then a guess from its values. */
function retargeted(summary: TableSummary, target: string | undefined): TableSummary {
  if (target === undefined) return summary
  const column = summary.columns.find((c) => c.name === target || String(c.index) === target)
  if (!column) {
    const names = summary.columns.map((c) => c.name)
    const near = didYouMean(target, names)
    throw new InputError([{ code: 'init/unknown-column', severity: 'error', message: 'the data have no such column', found: target, allowed: names.slice(0, 20).join(', '), ...(near ? { hint: `did you mean ${near}?` } : {}) }])
  }
  const regression = column.type === 'numeric' && !(column.whole && column.distinct <= 20)
  return { ...summary, target: column.name, task: regression ? 'regression' : 'classification' }
}

function described({ target, task, imageShape }: TableSummary): string {
  const what = target === null ? '; no target could be guessed' : `; it predicts ${target} (${task ?? 'classification'})`
  return `${what}${imageShape ? `, rows are images of ${imageShape.join('×')}` : ''}`
}
