// The target of a new spec, as the user names it, and what its values are.
import { didYouMean, InputError } from '../../base/diagnostics.ts'
import { listed } from '../../base/lists.ts'
import { guessImage, guessText } from '../../data/guess.ts'
import type { ColumnSummary, TableSummary } from '../../data/summary.ts'
import type { InitialFacts } from '../../gates/initial.ts'
import type { Task } from '../../records/metrics.ts'
import { classesOfLabel } from '../../records/tasks.ts'
import { defaultSeeds } from '../../stages/verify.ts'

/**
 * Replaces the guessed column with the one that the user names, or with several that commas separate. The task is then
 * guessed from their values.
 */
export function retargeted(summary: TableSummary, target: string | undefined): TableSummary {
  if (target === undefined) return summary
  if (target === summary.targetArray) return { ...summary, targetWhy: ['you named it'] }
  const whole = find(summary, target)
  const names = whole ? [target] : target.split(',').map((name) => name.trim())
  const found = names.map((name) => find(summary, name) ?? unknownColumn(summary, name))
  const [column, ...more] = found
  if (!column) return summary
  const rest = summary.columns.filter((one) => !found.includes(one))
  const { labels: _, targets: _t, targetArray: _a, ...others } = summary
  const shared = { ...others, target: column.name, targetWhy: ['you named it'], text: guessText(rest) }
  if (more.length === 0) return column.listed ? withLabels(shared, column.listed) : { ...shared, task: taskOfOne(column) }
  const again = found.find((one, i) => found.indexOf(one) < i)
  if (again) throw problem('init/column-twice', 'a target is named twice', { found: again.name })
  const image = summary.imageShape ?? null
  return {
    ...shared,
    targets: found.map(({ name }) => name),
    targetWhy: ['you named them'],
    task: taskOfSeveral(found),
    ...(image === null ? guessImage(rest) : {}),
  }
}

/** The same target as a column that lists labels. */
export const withLabels = (summary: TableSummary, labels: Required<TableSummary>['labels']): TableSummary => ({
  ...summary,
  task: 'multi-label',
  labels,
})

/** What gates can rest on before anything is trained. */
export function factsOf({ columns, target, targets, task }: TableSummary, testRows: number): InitialFacts {
  const column = columns.find(({ name }) => name === target)
  return {
    task: task ?? 'classification',
    testRows,
    // A label is yes or no, in however many spellings.
    classes: task === 'multi-label' ? classesOfLabel : column ? Math.max(2, column.distinct) : null,
    // Errors of several targets are in SDs of each.
    targetSd: targets ? 1 : column?.sd ? column.sd : null,
    seeds: defaultSeeds,
    pilot: null,
  }
}

const find = ({ columns }: TableSummary, name: string): ColumnSummary | undefined =>
  columns.find((one) => one.name === name || String(one.index) === name)

const taskOfOne = (column: ColumnSummary): Task =>
  column.type === 'numeric' && !(column.whole && column.distinct <= 20) ? 'regression' : 'classification'

/** Labels if every column says yes or no; numbers if every column measures something. Anything else is not guessed. */
function taskOfSeveral(columns: readonly ColumnSummary[]): Task {
  if (columns.every(({ label }) => label)) return 'multi-label'
  if (columns.every(({ type, label }) => type === 'numeric' && !label)) return 'regression'
  const [labels, others] = [columns.filter(({ label }) => label), columns.filter(({ label }) => !label)]
  const names = (of: readonly ColumnSummary[]): string => listed(of.map(({ name }) => name))
  throw problem('init/mixed-targets', 'several targets are either all labels or all numbers', {
    found:
      labels.length > 0
        ? `yes or no in ${names(labels)}, and not in ${names(others)}`
        : `texts in ${names(columns.filter(({ type }) => type !== 'numeric'))}`,
    allowed: 'columns of 0 and 1 (or no and yes, false and true), or columns of numbers',
    hint: 'write a spec for each kind',
  })
}

function unknownColumn({ columns }: TableSummary, name: string): never {
  const names = columns.map((one) => one.name)
  const near = didYouMean(name, names)
  throw problem('init/unknown-column', 'the data does not have this column', {
    found: name,
    allowed: names.slice(0, 20).join(', '),
    ...(near ? { hint: `did you mean ${near}?` } : {}),
  })
}

const problem = (
  code: string,
  message: string,
  more: { readonly found: string; readonly allowed?: string; readonly hint?: string },
): InputError => new InputError([{ code, severity: 'error', message, ...more }])
