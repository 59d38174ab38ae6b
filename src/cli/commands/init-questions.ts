// What `init` asks on a terminal before it writes a spec.
import { diagnosticLines, InputError } from '../../base/diagnostics.ts'
import { fewRows } from '../../data/labels.ts'
import type { ColumnSummary, TableSummary } from '../../data/summary.ts'
import type { Task } from '../../records/metrics.ts'
import type { ask } from '../ask.ts'
import { retargeted, withLabels } from './init-target.ts'

/** How a person is asked, and told what cannot be. */
export interface Asking {
  readonly ask: typeof ask
  readonly tell: (...lines: readonly string[]) => void
}

/** The guesses, as the user confirms or changes them: the target, or several, and the task if it is not clear from them. */
export async function settled(summary: TableSummary, asking: Asking): Promise<TableSummary> {
  const chosen = await chosenTarget(summary, asking)
  const column = chosen.columns.find(({ name }) => name === chosen.target)
  if (chosen.targets || !column) return chosen
  const all = labelColumns(chosen)
  const canBeLabels = hasLabels(column) || (column.label && all.length > 1)
  const kinds: Task[] = ['classification', 'regression', ...(canBeLabels ? (['multi-label'] as const) : [])]
  const said = await asking.ask(`${kinds.join(' or ')}:`, chosen.task ?? 'classification', kinds)
  const task = kinds.find((kind) => kind === said) ?? 'classification'
  const { labels: _, ...plain } = chosen
  if (task !== 'multi-label') return { ...plain, task }
  return hasLabels(column) ? listing(plain, column, asking) : severalColumns(plain, all, asking)
}

/** Until the answer can be a target. The end of the input confirms the guess, which can. */
async function chosenTarget(summary: TableSummary, { ask, tell }: Asking): Promise<TableSummary> {
  const names = summary.columns.map(({ name }) => name)
  const guess = summary.targetArray ?? summary.target ?? names.at(-1) ?? ''
  const because = summary.targetWhy.length > 0 ? ` (guessed: ${summary.targetWhy.join(', ')})` : ''
  const allowed = summary.targetArray === undefined ? names : [summary.targetArray, ...names]
  for (;;) {
    const said = await ask(`Column to predict, or several with commas between${because}:`, guess, allowed, { several: true })
    if (said === guess && summary.target !== null) return summary
    try {
      return retargeted(summary, said)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      tell(...error.diagnostics.flatMap(diagnosticLines))
    }
  }
}

const labelColumns = ({ columns }: TableSummary): readonly string[] =>
  columns.filter(({ label }) => label).map(({ name }) => name)

/** Whether cells may list labels. */
const hasLabels = ({ listed, separators, type }: ColumnSummary): boolean =>
  listed !== null || type === 'list' || (type !== 'numeric' && separators.length > 0)

async function listing(summary: TableSummary, column: ColumnSummary, { ask }: Asking): Promise<TableSummary> {
  const { listed, separators, type, name } = column
  if (listed) return withLabels(summary, listed)
  if (type === 'list') return withLabels(summary, { separator: null, minRows: fewRows })
  const [usual = ';'] = separators
  const separator = await ask(`Between two labels in ${name}:`, usual, separators)
  return withLabels(summary, { separator, minRows: fewRows })
}

async function severalColumns(summary: TableSummary, all: readonly string[], { ask }: Asking): Promise<TableSummary> {
  const said = await ask('Labels, columns of yes or no with commas between:', all.join(','), all, { several: true })
  return retargeted(summary, said)
}
