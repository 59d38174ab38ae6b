// Targets of several labels: one column that lists the labels of each row.
import { listed } from '../base/lists.ts'
import type { Column } from './column.ts'
import { type LabelEvidence, labelEvidence, labelsIn, mostLabels } from './label-lists.ts'
import { fewRows, type LabelTargets } from './labels.ts'
import { counted, fail } from './problems.ts'
import { requireDifferent } from './same-levels.ts'
import { sortedLevels } from './targets.ts'
import type { ListedLabels } from './summary.ts'
import type { LabelsConfig } from './types.ts'

export interface LabelColumn {
  readonly labels: LabelTargets
  readonly notes: readonly string[]
}

/** A label and the rows that have it. */
type Counted = readonly [label: string, rows: number]

/**
 * Whether each label applies to each row, rows × labels. Labels come from all rows, so that the outputs of a model do not
 * depend on how rows are divided, and in sorted order, so that they do not depend on the order of rows. A cell without a
 * value has none.
 *
 * @param column read as `labels`
 * @throws InputError if a cell is no list of labels, or if there are too few labels or too many
 */
export function labelColumn(column: Column, rows: number, config: LabelsConfig): LabelColumn {
  const cells = labelsOfCells(column, config)
  const all = countsOf(column, cells)
  const alike = requireDifferent(column.name, sortedLevels([...all.keys()]), 'labels')
  const kept = chosen(column, all, rows, config)
  const labels = targetsOf(column, cells, rows, sortedLevels(kept.map(([label]) => label)))
  const rest = { all: [...all], kept, rows, none: rowsWithout(labels), minRows: config.minRows }
  return { labels, notes: [...alike, ...notesOf(column, rest)] }
}

/** The same for labels that are known: any other label of a cell does not count. */
export const knownLabels = (column: Column, rows: number, names: readonly string[], config: LabelsConfig): LabelTargets =>
  targetsOf(column, labelsOfCells(column, config), rows, names)

function targetsOf(
  { codes }: Column,
  cells: readonly (readonly string[])[],
  rows: number,
  names: readonly string[],
): LabelTargets {
  const place = new Map(names.map((name, k) => [name, k]))
  const places = cells.map((labels) => labels.flatMap((label) => place.get(label) ?? []))
  const targets = new Float32Array(rows * names.length)
  for (let row = 0; row < rows; row++) {
    for (const k of places[codes?.[row] ?? -1] ?? []) targets[row * names.length + k] = 1
  }
  return { targets, targetNames: names, targetScale: null, classes: null }
}

function rowsWithout({ targets, targetNames: { length } }: LabelTargets): number {
  let none = 0
  for (let start = 0; start < targets.length; start += length)
    none += Number(!targets.subarray(start, start + length).includes(1))
  return none
}

/** The labels of each different cell. */
function labelsOfCells(column: Column, { separator }: LabelsConfig): readonly (readonly string[])[] {
  const { levels } = column
  if (!levels || !column.codes) throw new Error(`the texts of column "${column.name}" were not kept`)
  const cells = levels.map((text) => (text === '' ? [] : labelsIn(text, separator)))
  const [first] = wrongCells(column, separator, cells)
  if (first !== undefined) return separator === null ? notLists(column, cells) : hasLists(column, separator, first)
  const isSeparated = separator === null || levels.some((text) => text.includes(separator))
  return isSeparated ? cells.map((labels) => labels ?? []) : notSeparated(column, separator)
}

/** Codes of cells that are not as the separator says. A list in a file with separators would be one label. */
const wrongCells = (
  { levels }: Column,
  separator: string | null,
  cells: readonly (readonly string[] | undefined)[],
): number[] =>
  [...(levels ?? []).entries()].flatMap(([code, text]) => {
    const isList = separator !== null && /^\[.*["']/.test(text) && labelsIn(text, null) !== undefined
    return cells[code] === undefined || isList ? [code] : []
  })

const rowOf = ({ codes }: Column, code: number): string => ((codes?.indexOf(code) ?? -1) + 1).toLocaleString('en')

function notLists(column: Column, cells: readonly (readonly string[] | undefined)[]): never {
  const code = cells.indexOf(undefined)
  const rows = (column.codes ?? new Int32Array()).reduce((sum, one) => sum + Number(cells[one] === undefined), 0)
  const separator = evidenceOf(column)?.separator
  return fail({
    code: 'data/not-a-list',
    message:
      `column "${column.name}" has a text that is no list of labels, in ${counted(rows, 'row')}, ` +
      `first in row ${rowOf(column, code)}`,
    found: column.levels?.[code] ?? '',
    allowed: `lists such as ["rock", "live"], or texts with a separator`,
    hint: `say what separates the labels, as in target: { labels: ${column.name}, separator: ${JSON.stringify(separator ?? ';')} }`,
  })
}

const hasLists = (column: Column, separator: string, code: number): never =>
  fail({
    code: 'data/not-a-list',
    message: `column "${column.name}" has a list where labels should have a separator, first in row ${rowOf(column, code)}`,
    found: column.levels?.[code] ?? '',
    allowed: `texts with ${JSON.stringify(separator)} between labels`,
    hint: 'leave out separator in data.target if every cell is a list',
  })

function notSeparated(column: Column, separator: string): never {
  const { levels, name } = column
  const evidence = evidenceOf(column)
  return fail({
    code: 'data/no-separator',
    message: `no row of column "${name}" has the separator ${JSON.stringify(separator)}, so none has two labels`,
    found: levels?.find((text) => text !== '') ?? 'nothing',
    hint: evidence
      ? `did you mean ${evidence.separator === null ? 'null, since every cell is a list' : JSON.stringify(evidence.separator)}?`
      : `if each row has one value, write task: classification and target: ${name}`,
  })
}

/** Rows of each different cell. */
function rowsOfCells({ codes, levels }: Column): Float64Array {
  const rows = new Float64Array(levels?.length ?? 0)
  for (const code of codes ?? []) rows[code] = (rows[code] ?? 0) + 1
  return rows
}

/** What separates the labels of a column, if it is sure to list labels. */
function evidenceOf(column: Column): LabelEvidence | undefined {
  const rows = rowsOfCells(column)
  return labelEvidence(
    (column.levels ?? []).flatMap((text, code) => (text === '' ? [] : [[text, rows[code] ?? 0] as const])),
  )
}

/** How a column lists labels, if it is sure to do so, and which of them have enough rows to be learned. */
export function listedLabels(column: Column): ListedLabels | null {
  const evidence = column.levels && column.codes ? evidenceOf(column) : undefined
  if (!evidence) return null
  const counts = [...evidence.counts.values()]
  const minRows = counts.some((count) => count < fewRows) ? fewRows : 1
  const count = counts.filter((rows) => rows >= minRows).length
  return count < 2 ? null : { separator: evidence.separator, count, minRows }
}

function countsOf(column: Column, cells: readonly (readonly string[])[]): Map<string, number> {
  const rows = rowsOfCells(column)
  const counts = new Map<string, number>()
  cells.forEach((labels, code) => {
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + (rows[code] ?? 0))
  })
  return counts
}

/** The labels that become outputs. */
function chosen(column: Column, all: ReadonlyMap<string, number>, rows: number, { minRows }: LabelsConfig): Counted[] {
  const { name } = column
  const kept = [...all].filter(([, count]) => count >= minRows && count < rows)
  if (kept.length > mostLabels) {
    const least = leastRows(kept, mostLabels)
    fail({
      code: 'data/too-many-labels',
      message: `column "${name}" has too many different labels`,
      found: counted(kept.length, 'label'),
      allowed: `at most ${mostLabels}`,
      hint: `write minRows: ${least} in data.target to keep those that ${least} rows or more have`,
    })
  }
  if (kept.length >= 2) return kept
  const rest = [...all].filter(([label]) => !kept.some(([one]) => one === label))
  return fail({
    code: 'data/one-class',
    message:
      `column "${name}" has ${kept.length === 0 ? 'no label' : 'one label'} to learn, ` +
      'and several labels need at least two',
    found: all.size === 0 ? 'no label in any row' : listed([...kept, ...rest], 8, shown),
    allowed: `labels that ${counted(minRows, 'row')} or more have, and not every row`,
    ...(minRows > 1 ? { hint: `lower minRows in data.target` } : {}),
  })
}

/** The fewest rows of a label so that at most so many labels have as many. */
export function leastRows(labels: readonly Counted[], most: number): number {
  const sorted = labels.map(([, count]) => count).sort((a, b) => b - a)
  return (sorted[most] ?? 0) + 1
}

const shown = ([label, count]: Counted): string => `${label} (${count.toLocaleString('en')})`

interface Noted {
  readonly all: readonly Counted[]
  readonly kept: readonly Counted[]
  readonly rows: number
  /** Rows without a label that was kept. */
  readonly none: number
  readonly minRows: number
}

/** What became of labels and rows that a user may miss. */
function notesOf({ name, bad }: Column, { all, kept, rows, none, minRows }: Noted): string[] {
  const byCount = (labels: readonly Counted[]): string =>
    listed(
      labels.toSorted(([, a], [, b]) => b - a),
      8,
      shown,
    )
  const rare = all.filter(([, count]) => count < minRows)
  const constant = all.filter(([, count]) => count === rows)
  const few = kept.filter(([, count]) => count < fewRows)
  const words = [
    ...new Set(bad.filter(({ kind, found }) => kind === 'missing' && found.trim() !== '').map(({ found }) => found)),
  ]
  return [
    ...(rare.length > 0
      ? [`${counted(rare.length, 'label')} of "${name}" left out, each in fewer than ${minRows} rows: ${byCount(rare)}`]
      : []),
    ...(constant.length > 0
      ? [`${counted(constant.length, 'label')} of "${name}" left out, in every row: ${byCount(constant)}`]
      : []),
    ...(few.length > 0
      ? [
          `${counted(few.length, 'label')} of "${name}" in fewer than ${fewRows} rows, too few to measure: ${byCount(few)}; ` +
            `minRows: ${fewRows} in data.target leaves them out`,
        ]
      : []),
    ...(none > 0
      ? [
          `${counted(none, 'row')} of ${rows.toLocaleString('en')} ${none === 1 ? 'has' : 'have'} no label` +
            (words.length > 0 ? `, also where "${name}" says ${listed(words)}` : ''),
        ]
      : []),
  ]
}
