import { fingerprint, sha256 } from '../base/hash.ts'
import { answersOf } from './answers.ts'
import { readUndecided } from './column-type.ts'
import { encodeInputs, type EncodedInputs } from './encode.ts'
import { foldsOf } from './folds.ts'
import { selectInputs } from './inputs.ts'
import type { InputColumn } from './inputs.ts'
import { keyColumns } from './keys.ts'
import { fail } from './problems.ts'
import { resolveRoles } from './roles.ts'
import type { Roles } from './roles.ts'
import { givenParts, readData } from './part-files.ts'
import type { DataFile } from './read-source.ts'
import { segmentColumns } from './segments.ts'
import { LIMITS, type Limits } from './source.ts'
import { splitRows, type SplitRequest } from './splits.ts'
import type { OpenTable, Table, TableUse } from './table.ts'
import { requireDifferent } from './same-levels.ts'
import { timesOf } from './times.ts'
import { encodeLevels } from './targets.ts'
import type { Tokenizer } from './tokenizers/definition.ts'
import { openTokenizer } from './tokenizers/index.ts'
import type { DataConfig, Dataset, Splits } from './types.ts'
import { unwatched, type Watch } from './watch.ts'
import { wholeNumbers } from './whole-numbers.ts'

/** A data file, opened, and the columns that a config names; its rows are not read yet. */
export interface OpenedData {
  readonly opened: OpenTable
  readonly roles: Roles
  /** Of a text column; null if there is none. */
  readonly tokenizer: Tokenizer | null
}

/**
 * Opens a file that was read before. Throws an InputError if it is not of its format, lacks a column, or if its tokenizer
 * cannot be read.
 */
export async function openData(config: DataConfig, source: DataFile): Promise<OpenedData> {
  const { inputs } = config
  const tokenizer = inputs.kind === 'text' ? await openTokenizer(inputs.tokenizer) : null
  const missing = config.missing && { missing: new Set(config.missing.values) }
  // A text column has as many different texts as rows. Only the limits of all texts together bound it.
  const limits = tokenizer ? { ...source.limits, levels: Infinity } : source.limits
  const opened = await source.format.open({ ...source, ...missing, limits }, useOf(config))
  return { opened, roles: resolveRoles(config, opened), tokenizer }
}

/**
 * A config without segments, for rows that are only trained on. With a shape, it keeps those that the file has, because they
 * are not inputs.
 */
export async function withKnownSegments({ segments = [], ...base }: DataConfig, source: DataFile): Promise<DataConfig> {
  if (base.inputs.kind !== 'array') return base
  const names = await columnNames(base, source)
  const known = segments.filter((name) => names.includes(name) || /^-?\d+$/.test(name))
  return { ...base, ...(known.length > 0 && { segments: known }) }
}

/** Names of the columns of a file that was read before, whatever role they play. */
const columnNames = async (config: DataConfig, source: DataFile): Promise<readonly string[]> =>
  (await source.format.open(source, useOf(config))).names

/** What a format needs to know of a config. */
const useOf = ({ header, target, targets, split, inputs }: DataConfig): TableUse => ({
  header,
  target,
  ...(targets && { targets }),
  groupBy: split.groupBy,
  shape: inputs.kind === 'array' ? inputs.shape : null,
})

/**
 * Reads a data file into inputs, targets and splits:
 * bytes → names → roles → the needed columns → types → split → inputs and targets, fitted on the training rows.
 *
 * @throws InputError with every problem: up to 20 in full and the rest as a count. The position of a cell is
 * file:line:column, where the column is the table's, counted from 1
 */
export async function loadDataset(config: DataConfig, limits: Limits = LIMITS, watch: Watch = unwatched): Promise<Dataset> {
  return datasetOf(config, await readData(config, limits, watch))
}

/** The same for a file that was read before. */
export async function datasetOf(config: DataConfig, source: DataFile): Promise<Dataset> {
  const { limits, watch } = source
  const { opened, roles, tokenizer } = await openData(config, source)
  const table = readUndecided(opened, roles.wants, [...roles.undecided, ...(roles.time === null ? [] : [roles.time])])
  if (table.rows === 0) fail({ code: 'data/empty', message: `${source.file} has no rows` })
  watch.begin('preparing the inputs')
  const { inputs, notes } = selectInputs(config, table, { roles, tokenizer })
  const dataset = assemble(config, table, roles, inputs, limits)
  return {
    ...dataset,
    inputShape: shapeOf(config, opened, dataset.features.length),
    fingerprint: contentFingerprint(config, source, tokenizer),
    notes: [...notes, ...dataset.notes],
    keys: keyColumns(config, table, roles, limits),
    wholeNumbers: config.inputs.kind === 'array' ? [] : wholeNumbers(inputs, table.rows),
    segments: segmentColumns(config, table, roles),
  }
}

type Assembled = Omit<Dataset, 'inputShape' | 'fingerprint' | 'keys' | 'wholeNumbers' | 'segments'>

function assemble(
  config: DataConfig,
  table: Table,
  roles: Roles,
  inputs: readonly InputColumn[],
  limits: Limits,
): Assembled {
  const [target, ...more] = roles.targets.flatMap((i) => table.columns[i] ?? [])
  if (!target || 1 + more.length < roles.targets.length) throw new Error('a target was not read')
  const columnAt = (i: number | null) => (i === null ? null : (table.columns[i] ?? null))
  const [group, timed, weight] = [columnAt(roles.group), columnAt(roles.time), columnAt(roles.weight)]
  const { rows } = table
  const { split, task } = config
  const given = givenParts(config, table)
  const times = timed ? timesOf(timed, rows, limits) : undefined
  const grouped = group ? encodeLevels(group, limits.levels) : null
  const alike = grouped ? requireDifferent(group?.name ?? '', grouped.levels, 'values') : []
  const divided = given ? given.train.length : rows
  const answers = answersOf(config, { targets: [target, ...more], weight, rows, divided }, limits)
  const request = { rows, split, classes: answers.strata, groups: grouped?.codes ?? null, given, times }
  const splits = splitRows(request)
  const vary = varying(request, splits)
  const prepared = answers.prepared({ splits, folds: vary.folds })
  const encoded = encodeInputs(config, rows, inputs, splits, limits)
  const notes = [...alike, ...answers.notes, ...encoded.notes]
  return { ...inputsOf(encoded), notes, ...prepared, task, splits, ...vary }
}

/** How rows vary between seeds, and whether verdicts are about more than these rows. Files and times fix the test rows. */
const varying = (request: SplitRequest, splits: Splits): Pick<Dataset, 'folds' | 'rowsVary'> => ({
  folds: foldsOf(request, splits),
  rowsVary: !request.split.fixed && !request.times && !request.given?.test,
})

/** The encoded inputs as members of a data set. */
export const inputsOf = ({ values, notes: _, ...rest }: EncodedInputs) => ({ inputs: values, ...rest })

/** The shape in the config; otherwise the array's own, if all of it became inputs; otherwise a vector. */
export function shapeOf(config: DataConfig, { rowShape }: OpenTable, width: number): readonly number[] {
  if (config.inputs.kind === 'array') return config.inputs.shape
  const size = rowShape?.reduce((a, b) => a * b, 1)
  return rowShape && size === width ? rowShape : [width]
}

/**
 * Content and settings in a fixed order. Paths are left out, that of a tokenizer too: a moved file is the same data, and so
 * is a recompressed one. Segments are left out too: they change what is measured on the data, not the data. Only with a
 * shape do they say which columns are inputs.
 */
function contentFingerprint(
  { source: _, files: _files, segments, ...settings }: DataConfig,
  { format, bytes }: Pick<DataFile, 'format' | 'bytes'>,
  tokenizer: Tokenizer | null,
): string {
  const inputs = tokenizer ? { ...settings.inputs, tokenizer: tokenizer.fingerprint } : settings.inputs
  const apart = segments && settings.inputs.kind === 'array' ? { segments: segments.toSorted() } : {}
  return fingerprint({ format: format.name, content: sha256(bytes), ...settings, ...apart, inputs })
}
