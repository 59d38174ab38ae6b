import { listed } from '../base/lists.ts'
import { didYouMean, InputError } from '../base/diagnostics.ts'
import type { Diagnostic } from '../base/diagnostics.ts'
import type { Want } from './column.ts'
import { counted } from './problems.ts'
import type { Standardize } from './scaling.ts'
import type { OpenTable } from './table.ts'
import type { DataConfig } from './types.ts'

/** Which column plays which role, by index. */
export interface Roles {
  readonly targets: readonly number[]
  readonly group: number | null
  /** The column of times that orders the rows. */
  readonly time: number | null
  /** The column of weights in the training loss. */
  readonly weight: number | null
  readonly numeric: readonly number[]
  readonly categorical: readonly number[]
  /** The column of texts, if one is an input. */
  readonly text: number | null
  /** Columns that divide the rows into segments. They may also be inputs. */
  readonly segments: readonly number[]
  /** Inputs whose type is unknown before they are read. */
  readonly undecided: readonly number[]
  /** Scalings of single columns, by index. */
  readonly scaling: ReadonlyMap<number, Standardize>
  /** Whether the whole table is one array of numbers, an image or a sequence. */
  readonly whole: boolean
  /** What to keep of each column of the table, except `undecided` ones. */
  readonly wants: readonly Want[]
}

/** Finds the columns that the config names. Throws an InputError with every name that is missing, or has two roles. */
export function resolveRoles(config: DataConfig, table: OpenTable): Roles {
  const errors: Diagnostic[] = []
  const find = (name: string, setting: string): number => {
    const index = columnIndex(table, name)
    if (index === undefined) errors.push(noColumn(table, name, setting))
    return index ?? -1
  }
  const targets = targetsIn(config, table, (name) => find(name, 'data.target'))
  errors.push(...wrongWidth(config, table))
  const group = config.split.groupBy === null ? null : find(config.split.groupBy, 'data.split.groupBy')
  const column = config.weighting?.column
  const weight = column === undefined ? null : find(column, 'data.weightColumn')
  const time = config.split.time === undefined ? null : find(config.split.time, 'data.split.time')
  const segments = (config.segments ?? []).map((name) => find(name, 'segments of a gate'))
  const { inputs } = config
  // An array's shape says how many columns are inputs, so one that only names segments cannot be among them.
  const apart = inputs.kind === 'array' ? segments : []
  const rest = table.names
    .map((_, i) => i)
    .filter((i) => !targets.includes(i) && i !== group && i !== weight && i !== time && !apart.includes(i))
  const named = inputs.kind === 'columns' ? inputs : inputs.kind === 'text' ? inputs.columns : undefined
  // An array of images or sequences is all numbers and keeps its shape: none of it needs a decision or may be dropped.
  const whole = inputs.kind === 'array' || (inputs.kind === 'auto' && table.rowShape !== null)
  const numeric = named ? named.numeric.map((name) => find(name, 'data.inputs.numeric')) : whole ? rest : []
  const categorical = named ? named.categorical.map((name) => find(name, 'data.inputs.categorical')) : []
  const text = inputs.kind === 'text' ? find(inputs.column, 'data.inputs.text') : null
  const undecided = named || whole || text !== null ? [] : rest
  const scaling = new Map(
    Object.entries(config.scaling ?? {}).map(([name, how]) => [find(name, 'data.scaling'), how] as const),
  )
  const used = [...numeric, ...categorical, ...(text === null ? [] : [text])]
  errors.push(...twice(table, targets), ...conflicts(table, { targets, group, weight, time }, used))
  if (inputs.kind === 'array') errors.push(...shapeErrors(inputs.shape, rest.length))
  if (errors.length > 0) throw new InputError(errors)
  const parts = { targets, group, time, weight, numeric, categorical, text, segments, undecided, scaling, whole }
  return { ...parts, wants: wantsOf(config, parts, table) }
}

/** The format may say which columns are the target, if the config names one. */
function targetsIn({ target, targets }: DataConfig, table: OpenTable, find: (name: string) => number): readonly number[] {
  if (targets) return targets.map(find)
  const { target: first, targetWidth = 1 } = table
  return first === null ? [find(target)] : Array.from({ length: targetWidth }, (_, k) => first + k)
}

/** Several labels need several columns, and classes that exclude each other have one. */
function wrongWidth({ task, target, targets, labels }: DataConfig, { file, targetWidth = 1 }: OpenTable): Diagnostic[] {
  const error = { severity: 'error', code: 'data/target-width' } as const
  if (task === 'classification' && targetWidth > 1) {
    return [
      {
        ...error,
        message: `the array "${target}" of ${file} does not have one value for each row of the inputs`,
        found: `${targetWidth} values a row`,
        allowed: 'one class a row',
        hint: `for one-hot classes, save ${target}.argmax(axis=1); for labels that each say yes or no, write task: multi-label`,
      },
    ]
  }
  if (task !== 'multi-label' || targets || labels || targetWidth > 1) return []
  return [
    {
      ...error,
      message: `several labels need a column each, and the array "${target}" of ${file} has one`,
      found: '1 value a row',
      allowed: 'an array of the shape (rows, labels) of 0 and 1',
      hint: 'for one label, write task: classification',
    },
  ]
}

/** A target that is listed twice, such as by name and by position. */
function twice({ names }: OpenTable, targets: readonly number[]): Diagnostic[] {
  const again = targets.filter((i, at) => i >= 0 && targets.indexOf(i) < at)
  return again.map((i) => ({
    code: 'data/column-twice',
    severity: 'error',
    message: `"${names[i]}" is listed as a target twice`,
  }))
}

/** By name, or if no column has that name, by position: "64", or "-1" for the last. */
function columnIndex({ names }: OpenTable, name: string): number | undefined {
  const named = names.indexOf(name)
  if (named >= 0) return named
  if (!/^-?\d{1,9}$/.test(name)) return undefined
  const index = name.startsWith('-') ? names.length + Number(name) : Number(name)
  return index >= 0 && index < names.length ? index : undefined
}

function noColumn({ file, header, names }: OpenTable, name: string, setting: string): Diagnostic {
  const problem = { code: 'data/no-column', severity: 'error', found: name } as const
  if (!header) {
    const allowed = `0 to ${names.length - 1}, or -1 for the last column`
    return { ...problem, message: `${file} has no header, so ${setting} must name columns by position`, allowed }
  }
  const meant = didYouMean(name, names)
  return {
    ...problem,
    message: `${setting} names a column that ${file} does not have`,
    allowed: listed(names, 20),
    ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }),
  }
}

function conflicts(
  { names }: OpenTable,
  { targets, group, weight, time }: Pick<Roles, 'targets' | 'group' | 'weight' | 'time'>,
  inputs: readonly number[],
): Diagnostic[] {
  const seen = new Set<number>()
  const error = (message: string): Diagnostic => ({ code: 'data/column-twice', severity: 'error', message })
  const errors = inputs.flatMap((i) => {
    if (i < 0) return []
    if (targets.includes(i)) return [error(`"${names[i]}" is the target and cannot also be an input`)]
    if (i === group) return [error(`"${names[i]}" is the group and cannot also be an input`)]
    if (i === time) return [error(`"${names[i]}" is the column of times and cannot also be an input`)]
    if (i === weight) return [error(`"${names[i]}" is the column of weights and cannot also be an input`)]
    if (seen.has(i)) return [error(`"${names[i]}" is listed as an input twice`)]
    seen.add(i)
    return []
  })
  if (group !== null && targets.includes(group) && group >= 0) {
    errors.push(error(`"${names[group]}" is the target and cannot also be the group`))
  }
  if (weight !== null && weight >= 0 && (targets.includes(weight) || weight === group)) {
    errors.push(
      error(`"${names[weight]}" is the ${weight === group ? 'group' : 'target'} and cannot also be the column of weights`),
    )
  }
  return errors
}

function shapeErrors(shape: readonly number[], columns: number): Diagnostic[] {
  const size = shape.reduce((a, b) => a * b, 1)
  if (size === columns) return []
  return [
    {
      code: 'data/shape',
      severity: 'error',
      message: 'the input shape does not fit the columns',
      found: `[${shape.join(', ')}] = ${counted(size, 'value')}`,
      allowed: counted(columns, 'input column'),
      ...(size === columns - 1 ? { hint: 'there is one extra column: is it an identifier, or the target?' } : {}),
    },
  ]
}

/**
 * Of the columns that are not named as inputs, this many are read anyway, for what they say about which rows belong
 * together.
 */
const MOST_LEFT_OUT = 32

function wantsOf(config: DataConfig, parts: Omit<Roles, 'wants'>, { names, lists = [], nested = lists }: OpenTable): Want[] {
  const wants = new Array<Want>(names.length).fill('skip')
  if (config.inputs.kind === 'columns') wants.fill('text', 0, MOST_LEFT_OUT)
  for (const i of nested) wants[i] = 'skip'
  // Standardization subtracts numbers that may be large, so it needs the digits that 32 bits would drop.
  for (const i of parts.numeric) wants[i] = (parts.scaling.get(i) ?? config.standardize) ? 'double' : 'single'
  for (const i of parts.categorical) wants[i] = 'text'
  if (parts.text !== null) wants[parts.text] = 'verbatim'
  for (const i of parts.targets) wants[i] = config.labels ? 'labels' : config.task === 'regression' ? 'double' : 'text'
  if (parts.weight !== null) wants[parts.weight] = 'double'
  if (parts.group !== null) wants[parts.group] = 'text'
  for (const i of parts.segments) if (wants[i] === 'skip') wants[i] = 'text'
  return wants
}
