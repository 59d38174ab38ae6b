import { inputsOf, isInput, type Choices } from './init-choices.ts'
import { listed } from '../../base/lists.ts'
import { InputError } from '../../base/diagnostics.ts'
import { mostLevels } from '../../data/column-type.ts'
import type { ColumnSummary, TableSummary } from '../../data/summary.ts'
import type { InputKind } from '../options.ts'
import { ownCommand } from '../../base/own-command.ts'

/** What a user can choose on the command line. */
export interface Given {
  readonly inputs?: InputKind | undefined
  readonly target?: string | undefined
}

/**
 * Three lines: the task, the target and why it is this one, the inputs and what is left out. A fourth says how rows are split
 * if the file has times.
 *
 * @param again the words of the command that writes the spec again
 * @param given what the user chose, which that command keeps
 */
export function understood(summary: TableSummary, choices: Choices, again: readonly string[], given: Given = {}): string[] {
  const { inputs, target } = given
  return [
    `Task:   ${taskLine(summary)}`,
    `Target: ${targetLine(summary, [...again, ...(inputs === undefined ? [] : ['--inputs', inputs])])}`,
    `Inputs: ${inputsLine(summary, choices, [...again, ...(target === undefined ? [] : ['--target', target])])}`,
    ...(choices.splitWords === undefined ? [] : [`Split:  ${choices.splitWords}`]),
  ]
}

function taskLine({ task, target, targets, labels, columns, rows }: TableSummary): string {
  const column = columns.find(({ name }) => name === target)
  if (labels) return `multi-label: ${target ?? 'the target'} lists ${labelWords(labels, column)} in ${rows} rows`
  if (task === 'multi-label') return `multi-label: ${listed(targets ?? [])} say yes or no in ${rows} rows`
  if (targets) return `regression: ${listed(targets)} have numbers that measure something`
  if (task === 'regression') return `regression: ${target ?? 'the target'} has numbers that measure something`
  return `classification: ${target ?? 'the target'} has ${column?.distinct ?? 'few'} classes in ${rows} rows`
}

/** `7 labels, ";" between them,` */
function labelWords({ separator, minRows }: Required<TableSummary>['labels'], column: ColumnSummary | undefined): string {
  const known = column?.listed && column.listed.separator === separator ? `${column.listed.count} labels` : 'labels'
  const least = minRows > 1 ? ` of ${minRows} rows or more` : ''
  return `${known}${least}${separator === null ? '' : `, ${JSON.stringify(separator)} between them,`}`
}

function targetLine({ target, targets, targetWhy }: TableSummary, again: readonly string[]): string {
  const other = `another: ${ownCommand('init', ...again, '--target', 'COLUMN', '--force')}`
  return `${targets ? listed(targets) : (target ?? 'none')}${targetWhy.length > 0 ? `, because ${targetWhy.join(', and ')}` : ''}; ${other}`
}

function inputsLine(summary: TableSummary, choices: Choices, again: readonly string[]): string {
  const { imageShape } = summary
  if (imageShape) return `images of ${imageShape.join(' × ')} pixels`
  const { text, time, inputsWhy, otherInputs } = choices
  const inputs = inputsOf(summary).filter(({ name }) => name !== time?.column)
  const taken = text && !text.columns ? [] : inputs.filter(isInput)
  const kinds = (['numeric', 'categorical'] as const).flatMap((type) => {
    const names = taken.filter((column) => column.type === type).map(({ name }) => name)
    return names.length === 0 ? [] : [`${names.length} ${type} (${listed(names, 4)})`]
  })
  const gaps = taken.filter(({ missing }) => missing > 0).map(({ name, missing }) => `${name} (${missing})`)
  const out = leftOut(inputs.filter((column) => column.name !== text?.column && !taken.includes(column)))
  return [
    [...(text ? [`the texts in ${text.column}, by words`] : []), ...kinds].join(', ') || 'none',
    ...(gaps.length > 0 ? [`gaps are filled in: ${listed(gaps, 4)}`] : []),
    ...(out.length > 0 ? [`left out: ${listed(out, 8)}`] : []),
    ...(inputsWhy === undefined ? [] : [inputsWhy]),
    ...(otherInputs === undefined
      ? []
      : [
          `${otherInputs.join(' or ')} instead: ${ownCommand('init', ...again, '--inputs', otherInputs[0] ?? '', '--force')}`,
        ]),
  ].join('; ')
}

/** Each column that is no input, with the reason. */
const leftOut = (columns: readonly ColumnSummary[]): string[] =>
  columns.map(({ name, type, time, distinct, spelling }) => {
    if (spelling !== null) return `${name} (numbers ${spelling})`
    switch (type) {
      case 'text':
        return `${name} (texts; a model reads one column of them)`
      case 'categorical':
        return distinct > mostLevels ? `${name} (over ${mostLevels} different texts)` : `${name} (categories)`
      case 'constant':
        return `${name} (one value)`
      case 'identifier':
        return `${name} (${time ? 'dates' : 'names the rows'})`
      case 'list':
        return `${name} (lists)`
      case 'numeric':
        return `${name} (numbers)`
    }
  })

/** Nothing in the data can be predicted. */
export const noTarget = ({ columns, imageShape }: TableSummary, data: readonly string[]): InputError =>
  new InputError([
    {
      code: 'init/no-target',
      severity: 'error',
      message: imageShape ? 'these are images without labels' : 'no column can be what to predict',
      found: imageShape
        ? `rows of ${imageShape.join(' × ')} pixels`
        : listed(
            columns.map(({ name }) => name),
            12,
          ),
      hint: imageShape
        ? 'save the labels beside the images: y in an .npz file, or a column of the table'
        : `name one: ${ownCommand('init', ...data, '--target', 'COLUMN')}`,
    },
  ])
