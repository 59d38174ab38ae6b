// Targets of several labels: columns that say yes or no.
import { listed, occurrences } from '../base/lists.ts'
import type { Column } from './column.ts'
import { counted, Problems } from './problems.ts'
import type { DataConfig, Dataset, Splits } from './types.ts'

/** What says no and yes, in any case. */
const spellings = [
  ['0', '1'],
  ['0.0', '1.0'],
  ['no', 'yes'],
  ['n', 'y'],
  ['false', 'true'],
  ['f', 't'],
] as const
const meaning = new Map(spellings.flatMap(([no, yes]) => [[no, 0] as const, [yes, 1] as const]))

/** 1 for a text that says yes, 0 for one that says no; undefined for any other. */
export const labelValue = (text: string): 0 | 1 | undefined => meaning.get(text.trim().toLowerCase() as never)

/** Whether texts are those of a label: one that says no, and one that says yes. */
export const isLabel = (texts: readonly string[]): boolean =>
  texts.length > 0 && texts.every((text) => labelValue(text) !== undefined) && new Set(texts.map(labelValue)).size === 2

/** What is learned about a label with fewer rows can hardly be measured. */
export const fewRows = 10

/** Names of the two values, for what looks at one label as a target of two classes. */
export const labelClasses: readonly string[] = ['no', 'yes']

/** Labels as members of a data set. */
export type LabelTargets = Required<Pick<Dataset, 'targets' | 'targetNames'>> & Pick<Dataset, 'targetScale' | 'classes'>

/**
 * Whether each label applies to each row, rows × labels.
 *
 * @param columns read as texts, without missing values
 * @throws InputError with every column that has another value, or the same one in all rows
 */
export function encodeLabels(columns: readonly Column[], rows: number): LabelTargets {
  const problems = new Problems()
  const width = columns.length
  const targets = new Float32Array(rows * width)
  columns.forEach((column, k) => {
    const values = column.levels?.map(labelValue)
    if (!column.codes || !column.levels || !values) throw new Error(`the texts of column "${column.name}" were not kept`)
    const { codes, levels } = column
    const other = values.indexOf(undefined)
    if (other >= 0) problems.add(notLabel(column.name, levels, values, codes))
    else if (new Set(values).size < 2) problems.add(oneValue(column.name, values[0] === 1))
    for (let row = 0; row < rows; row++) targets[row * width + k] = values[codes[row] ?? -1] ?? NaN
  })
  problems.throwIfAny()
  return { targets, targetNames: columns.map(({ name }) => name), targetScale: null, classes: null }
}

function notLabel(
  name: string,
  levels: readonly string[],
  values: readonly (number | undefined)[],
  codes: Int32Array,
): Parameters<Problems['add']>[0] {
  const isOther = (code: number): boolean => values[code] === undefined
  const first = codes.findIndex(isOther)
  const count = codes.reduce((sum, code) => sum + Number(isOther(code)), 0)
  return {
    code: 'data/not-a-label',
    message:
      `the label "${name}" has a value that is neither yes nor no, in ${counted(count, 'row')}, ` +
      `first in row ${(first + 1).toLocaleString('en')}`,
    found: levels[codes[first] ?? -1] ?? '',
    allowed: spellings.map((pair) => pair.join(' and ')).join(', or '),
    hint: 'write one column of 0 and 1 for each label; a column of three or more classes needs task: classification',
  }
}

const oneValue = (name: string, yes: boolean): Parameters<Problems['add']>[0] => ({
  code: 'data/one-class',
  message: `the label "${name}" is ${yes ? 'yes' : 'no'} in every row, so there is nothing to learn`,
  hint: 'leave it out of data.target',
})

/** A label that has one value in nearly all rows. */
interface Scarce {
  readonly name: string
  readonly side: 'yes' | 'no'
  readonly rows: number
}

/**
 * Rejects labels with too few rows of yes or of no for every part, if the split is stratified.
 *
 * @param rows number of rows that are divided, the first of all
 */
export function checkLabels(config: DataConfig, labels: Pick<Dataset, 'targets' | 'targetNames'>, rows: number): void {
  const { split, files } = config
  if (!split.stratify || split.time !== undefined) return
  const parts = 1 + Number(!files?.validation && split.validation > 0) + Number(!files?.test && split.test > 0)
  const counts = yesCounts(
    labels,
    Array.from({ length: rows }, (_, row) => row),
  )
  const scarce = (labels.targetNames ?? []).flatMap((name, k): Scarce[] => {
    const yes = counts[k] ?? NaN
    const [side, count] = yes <= rows - yes ? (['yes', yes] as const) : (['no', rows - yes] as const)
    return count >= parts ? [] : [{ name, side, rows: count }]
  })
  rejectScarce(config, scarce, {
    code: 'data/small-class',
    what: ({ side }) => `is ${side} in too few rows for every part of the split`,
    several: 'are in too few rows, or in too many, for every part of the split',
    found: (count) => counted(count, 'row'),
    allowed: `at least ${counted(parts, 'row')}`,
    minRows: parts,
    otherwise: 'add rows that have it, or set stratify: false',
  })
}

/** Rejects labels that have one value in all training rows, as a split by groups, times or files can leave them. */
export function requireLearnable(
  config: Pick<DataConfig, 'target' | 'labels'>,
  labels: Pick<Dataset, 'targets' | 'targetNames'>,
  { train }: Splits,
): void {
  const counts = yesCounts(labels, train)
  const scarce = (labels.targetNames ?? []).flatMap((name, k): Scarce[] => {
    const yes = counts[k] ?? NaN
    return yes > 0 && yes < train.length ? [] : [{ name, side: yes > 0 ? 'no' : 'yes', rows: 0 }]
  })
  rejectScarce(config, scarce, {
    code: 'data/constant-target',
    what: ({ side }) => `is ${side === 'yes' ? 'no' : 'yes'} in every training row, so there is nothing to learn`,
    several: 'are in no training row, or in every one, so there is nothing to learn',
    found: () => counted(train.length, 'training row'),
    minRows: fewRows,
    otherwise: 'split so that training rows have both',
  })
}

interface ScarceWords {
  readonly code: string
  /** After the name of the label. */
  readonly what: (label: Scarce) => string
  /** After several of one column. */
  readonly several: string
  readonly found: (rows: number) => string
  readonly allowed?: string
  /** The fewest rows of a label that help. */
  readonly minRows: number
  /** What to do besides leaving labels out. */
  readonly otherwise: string
}

/** One problem for each label, or one for all of a column. */
function rejectScarce(
  { target, labels }: Pick<DataConfig, 'target' | 'labels'>,
  scarce: readonly Scarce[],
  { code, what, several, found, allowed, minRows, otherwise }: ScarceWords,
): void {
  const [first] = scarce
  if (!first) return
  const problems = new Problems()
  const rest = allowed === undefined ? {} : { allowed }
  if (labels) {
    const message =
      scarce.length === 1
        ? `the label "${first.name}" of "${target}" ${what(first)}`
        : `${counted(scarce.length, 'label')} of "${target}" ${several}`
    const shown = scarce.length === 1 ? found(first.rows) : listed(scarce, 8, ({ name, rows }) => `${name} (${rows})`)
    const least = Math.max(minRows, labels.minRows + 1)
    const hint = `leave out rare labels by minRows: ${least} in data.target, or ${otherwise.replace('have it', 'have them')}`
    problems.add({ code, message, found: shown, ...rest, hint })
  } else
    for (const label of scarce) {
      const hint = `leave the label out of data.target, or ${otherwise}`
      problems.add({ code, message: `the label "${label.name}" ${what(label)}`, found: found(label.rows), ...rest, hint })
    }
  problems.throwIfAny()
}

/** In how many of these rows each label applies; without rows, in how many of all. */
export function yesCounts(
  { targets, targetNames = [] }: Pick<Dataset, 'targets' | 'targetNames'>,
  rows: Iterable<number> = new Array(targets.length / targetNames.length).keys(),
): readonly number[] {
  const width = targetNames.length
  const counts = new Array<number>(width).fill(0)
  for (const row of rows) {
    for (let k = 0; k < width; k++) counts[k] = (counts[k] ?? 0) + (targets[row * width + k] ?? NaN)
  }
  return counts
}

/** Combinations of labels with fewer rows than this share a stratum. */
const fewestTogether = 10

/**
 * A stratum for each row, so that every part of a split has about the same labels: rows with the same labels, or if those
 * are few, rows with the same rarest label.
 */
export function labelStrata({ targets, targetNames = [] }: Pick<Dataset, 'targets' | 'targetNames'>): Int32Array {
  const width = targetNames.length
  const rows = targets.length / width
  const own = (row: number): Float32Array => targets.subarray(row * width, (row + 1) * width)
  const counts = yesCounts({ targets, targetNames })
  const combinations = Array.from({ length: rows }, (_, row) => own(row).join(''))
  const together = occurrences(combinations)
  const rarest = (row: number): number =>
    own(row).reduce((best, yes, k) => (yes === 1 && (best < 0 || (counts[k] ?? 0) < (counts[best] ?? 0)) ? k : best), -1)
  const names = combinations.map((name, row) =>
    (together.get(name) ?? 0) < fewestTogether ? `rarest ${rarest(row)}` : name,
  )
  const codes = new Map([...new Set(names)].sort().map((name, code) => [name, code]))
  return Int32Array.from(names, (name) => codes.get(name) ?? -1)
}
