import { fingerprint } from '../base/hash.ts'
import { occurrences, listed } from '../base/lists.ts'
import type { Column } from './column.ts'
import { encodeInputs } from './encode.ts'
import { selectInputs, type InputColumn } from './inputs.ts'
import { joined, targetsOf, withLevels, type JoinedRows } from './joined.ts'
import { datasetOf, inputsOf, shapeOf, withKnownSegments } from './load.ts'
import { counted, fail } from './problems.ts'
import { readData } from './part-files.ts'
import { LIMITS } from './source.ts'
import type { DataConfig, Dataset, KeyColumn, SegmentColumn, Splits } from './types.ts'
import { rowWeights } from './weights.ts'
import { openVersion, readAs, rowsIn, sameColumns, usedColumns, type Columns, type Row, type Rows } from './versions.ts'

/** Share of its training rows that a base must keep, of all rows and of each class. With fewer it is another model. */
const least = { all: 0.8, class: 0.5 }

/**
 * The data of a base that is retrained beside a change: the training rows of its own version of the file, and the validation
 * and test rows of the change. Only the base's version determines encoding and scaling.
 *
 * @param declared the base's version, with the base's inputs
 * @param own the change's version, and what it was loaded as
 * @throws InputError if a version cannot be read, if the change lacks a column of the base or has cells in it that the base
 * cannot read, or if the change measures on so many training rows of the base that too few are left
 */
export async function baseRows(
  declared: DataConfig,
  own: DataConfig,
  {
    splits,
    rowsVary,
    keys,
    segments,
    fingerprint: measured,
    targetNames = [],
  }: Pick<Dataset, 'splits' | 'rowsVary' | 'keys' | 'segments' | 'fingerprint' | 'targetNames'>,
): Promise<Dataset> {
  const source = await readData(declared)
  const base = await withKnownSegments(declared, source)
  const { splits: before, fingerprint: trained } = await datasetOf(base, source)
  const version = await openVersion(base, source)
  const { table, columns } = usedColumns(version)
  const selected = selectInputs(base, table, version)
  const after = sameColumns(await openVersion(readAs(base, own)), columns)
  if (typeof after === 'string') {
    return fail({ code: 'data/no-column', message: `the data of the change has no column "${after}"` })
  }
  const shared = withCounterparts(selected.inputs, columns, after)
  requireCells(shared, base.missing !== undefined)
  const train = trainingRows({ before, columns, after, splits })
  const rows = { base: train, own: Int32Array.from([...splits.validation, ...splits.test]) }
  const join = (one: Column, other: Column): Column => joined(one, other, rows, version.roles.wants[one.index] === 'single')
  const inputs = shared.map(({ counterpart, ...input }): InputColumn => {
    // Every text of the change is read: the base's training rows alone determine which of its tokens are known.
    const column = input.as === 'tokens' ? withLevels(input.column, counterpart.levels ?? []) : input.column
    return { ...input, column: join(column, counterpart) }
  })
  const parts = partsOf(train.length, splits)
  const labels = targetsOf(base, columns.targets, after.targets, { rows, parts, labels: targetNames })
  const weights = version.roles.weight === null ? null : (table.columns[version.roles.weight] ?? null)
  // Rows of the change are only measured, without weights.
  const column = weights && {
    name: weights.name,
    at: (row: number) => (row < train.length ? weights.at(train[row] ?? -1) : 1),
  }
  const weighted =
    base.task === 'multi-label'
      ? {}
      : rowWeights(base, { codes: labels.targets, classes: labels.classes ?? [], column, train: parts.train })
  const encoded = encodeInputs(base, rows.base.length + rows.own.length, inputs, parts, LIMITS)
  return {
    ...inputsOf(encoded),
    notes: [...selected.notes, ...encoded.notes],
    splits: parts,
    folds: [],
    rowsVary,
    task: base.task,
    ...labels,
    ...weighted,
    keys: keys.filter(({ declared }) => declared).map((key) => ofMeasured(key, rows)),
    wholeNumbers: [],
    // Of the measured rows, as the change's version has them: the base's may not have the columns.
    segments: segments.map((column) => ofMeasured(column, rows)),
    inputShape: shapeOf(base, version.opened, encoded.features.length),
    fingerprint: fingerprint({ trained, measured }),
  }
}

const partsOf = (trained: number, { validation, test }: Splits): Splits => {
  const range = (from: number, length: number): Int32Array => Int32Array.from({ length }, (_, i) => from + i)
  return {
    train: range(0, trained),
    validation: range(trained, validation.length),
    test: range(trained + validation.length, test.length),
  }
}

/**
 * The groups or segments of the measured rows, the same for both sides. Those of the base's own rows are never asked for.
 */
const ofMeasured = <Of extends KeyColumn | SegmentColumn>(key: Of, { base, own }: JoinedRows): Of => ({
  ...key,
  codes: Int32Array.from([...base.map(() => -1), ...own.map((row) => key.codes[row] ?? -1)]),
})

/** An input of the base, and the change's column of the same name. */
type SharedInput = InputColumn & { readonly counterpart: Column }

function withCounterparts(inputs: readonly InputColumn[], columns: Columns, after: Columns): SharedInput[] {
  const counterparts = new Map(columns.inputs.map((column, i) => [column, after.inputs[i]]))
  return inputs.map((input) => {
    const counterpart = counterparts.get(input.column)
    if (!counterpart) throw new Error(`column ${input.column.name} was not read`)
    return { ...input, counterpart }
  })
}

/**
 * A cell that the base cannot read would measure it on values that are not numbers.
 *
 * @param gaps whether the base fills in missing values
 */
function requireCells(inputs: readonly SharedInput[], gaps: boolean): void {
  const wrong = inputs.flatMap(({ column, as, counterpart: { isText, badCount } }) => {
    if (as === 'tokens') return []
    const { missing, text, infinite } = badCount
    return (gaps ? 0 : missing) + (isText ? 0 : text + infinite) > 0 ? [`"${column.name}"`] : []
  })
  if (wrong.length === 0) return
  fail({
    code: 'data/not-a-number',
    message: `the data of the change have cells that the base cannot read, in ${listed(wrong)}`,
  })
}

interface Trained {
  /** How the base's version is split. */
  readonly before: Splits
  readonly columns: Columns
  readonly after: Columns
  /** How the change's version is split. */
  readonly splits: Splits
}

/**
 * The base's own training rows, without those that the change measures on. They are replaced by rows that the base holds out
 * for measuring and the change trains on, since more or fewer rows draw another split. Row numbers, ascending.
 */
function trainingRows({ before, columns, after, splits }: Trained): Int32Array {
  const [old, now] = [rowsIn(columns, before), rowsIn(after, splits)]
  const measured = supply([...now.validation, ...now.test])
  const numbered = (part: keyof Splits) => old[part].map((row, i) => ({ row, number: before[part][i] ?? -1 }))
  // The rows that the base measures on come first, so that equal training rows stay.
  const freed = [...numbered('test'), ...numbered('validation')].filter(({ row }) => !measured(row))
  const kept = numbered('train').filter(({ row }) => !measured(row))
  const trained = supply(now.train)
  for (const { row } of kept) trained(row)
  const chosen = [...kept, ...freed.filter(({ row }) => trained(row))]
  requireEnough(
    old,
    chosen.map(({ row }) => row),
    columns.targets.length === 1 && columns.targets.some(({ isText, readAs }) => isText && readAs !== 'labels'),
  )
  return Int32Array.from(chosen, ({ number }) => number).sort()
}

/** Whether a row is left that equals a given one by its inputs alone; a group counts as a whole. */
function supply(rows: readonly Row[]): (row: Row) => boolean {
  const key = ({ inputs, group }: Row): string => group ?? inputs
  const counts = occurrences(rows.map(key))
  return (row) => {
    const left = counts.get(key(row)) ?? 0
    if (left > 0 && row.group === null) counts.set(key(row), left - 1)
    return left > 0
  }
}

function requireEnough({ train }: Rows, chosen: readonly Row[], classes: boolean): void {
  const few = (left: number, of: number, what: string): never =>
    fail({
      code: 'data/split',
      message: 'the change measures on too many of the training rows of the base',
      found: `${left} of ${counted(of, 'row')} ${what}`,
    })
  if (chosen.length < least.all * train.length) few(chosen.length, train.length, 'left')
  if (!classes) return
  const [before, after] = [occurrences(train.map(targetOf)), occurrences(chosen.map(targetOf))]
  for (const [target, count] of before) {
    const left = after.get(target) ?? 0
    if (left < least.class * count) few(left, count, `of the class "${target}" left`)
  }
}

const targetOf = ({ target }: Row): string => target
