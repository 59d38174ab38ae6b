import { listed } from '../base/lists.ts'
import { checkCells, type MissingCells } from './bad-cells.ts'
import type { Column } from './column.ts'
import { mostLevels, typeOf } from './column-type.ts'
import { counted, Problems, type Problem } from './problems.ts'
import type { Roles } from './roles.ts'
import { checkTexts, type TokenSettings } from './token-ids.ts'
import type { Tokenizer } from './tokenizers/definition.ts'
import { isDecimalComma, spelledNumbers } from './spelling.ts'
import type { Standardize } from './scaling.ts'
import type { Table } from './table.ts'
import type { DataConfig } from './types.ts'

/** A column of the table as an input: a number, one of its levels, or a text. */
export type InputColumn = { readonly column: Column } & (
  | {
      readonly as: 'number' | 'one-hot' | 'index'
      /** How the numbers are scaled. It has no effect on levels. */
      readonly scaling: Standardize
    }
  | { readonly as: 'tokens'; readonly settings: TokenSettings }
)

/**
 * Determines the type of every input, and rejects every cell that its use does not allow: missing values unless the config
 * says how to fill them in, texts in numeric columns, infinities.
 *
 * @returns the inputs in order, and notes on columns that were left out
 */
export function selectInputs(
  config: DataConfig,
  table: Table,
  { roles, tokenizer }: { readonly roles: Roles; readonly tokenizer: Tokenizer | null },
): { inputs: InputColumn[]; notes: string[] } {
  const problems = new Problems()
  const column = (i: number): Column => {
    const found = table.columns[i]
    if (!found) throw new Error(`column ${i} was not read`)
    return found
  }
  const check = (i: number, use: 'number' | 'text', missing: MissingCells): void =>
    checkCells(table, column(i), { use, missing }, problems)
  const target = config.labels ? 'filled-in' : 'no-target'
  for (const i of roles.targets) check(i, config.task === 'regression' ? 'number' : 'text', target)
  if (roles.group !== null) check(roles.group, 'text', 'needed')
  if (roles.time !== null) check(roles.time, column(roles.time).isText ? 'text' : 'number', 'needed')
  if (roles.weight !== null) check(roles.weight, 'number', 'needed')
  const tokens: InputColumn[] = []
  if (config.inputs.kind === 'text' && roles.text !== null && tokenizer) {
    const [texts, { vocabulary, length }] = [column(roles.text), config.inputs]
    checkTexts(table, texts, problems)
    const settings = { tokenize: tokenizer.tokenize, most: vocabulary, length }
    tokens.push({ column: texts, as: 'tokens', settings })
  }
  const encoding = config.inputs.kind === 'columns' ? config.inputs.encoding : 'one-hot'
  const named: Decided[] = [
    ...roles.numeric.map((i) => ({ column: column(i), as: 'number' as const })),
    ...roles.categorical.map((i) => ({ column: column(i), as: encoding })),
  ]
  const missing = config.missing === undefined ? 'input' : 'filled-in'
  for (const input of named)
    checkCells(table, input.column, { use: input.as === 'number' ? 'number' : 'text', missing }, problems)
  const decided = decide(table, roles.undecided.map(column), problems, missing)
  const inputs = [...named, ...decided.inputs]
  requireScalable(table.file, inputs, roles, problems)
  problems.throwIfAny()
  return {
    inputs: [
      ...tokens,
      ...inputs.map((input) => ({ ...input, scaling: roles.scaling.get(input.column.index) ?? config.standardize })),
    ],
    notes: decided.notes,
  }
}

/** An input before its scaling is known. */
type Decided = { readonly column: Column; readonly as: 'number' | 'one-hot' | 'index' }

/** A scaling that has no effect is a mistake. */
function requireScalable(file: string, inputs: readonly Decided[], { scaling }: Roles, problems: Problems): void {
  const numbers = inputs.filter(({ as }) => as === 'number').map(({ column }) => column)
  const indices = new Set(numbers.map(({ index }) => index))
  for (const index of scaling.keys()) {
    if (indices.has(index)) continue
    problems.add({
      code: 'data/scaling',
      message: 'data.scaling names a column that is not a numeric input',
      at: { file, line: 1, column: index + 1 },
      allowed: listed(numbers.map(({ name }) => name)),
    })
  }
}

/** The type of each column of `inputs: auto`. Constants and identifiers teach nothing, or leak: they are dropped. */
function decide(
  table: Table,
  columns: readonly Column[],
  problems: Problems,
  missing: MissingCells,
): { inputs: Decided[]; notes: string[] } {
  const inputs: Decided[] = []
  const dropped = new Map<string, string[]>()
  const drop = (why: string, name: string): void => {
    dropped.set(why, [...(dropped.get(why) ?? []), name])
  }
  for (const column of columns) {
    const type = typeOf(column, table.rows)
    // What names the rows is left out, so its gaps do no harm.
    const gaps = type === 'identifier' ? 'filled-in' : missing
    checkCells(table, column, { use: column.isText ? 'text' : 'number', missing: gaps }, problems)
    const spelled = spelledNumbers(column.texts)
    if (spelled) problems.add(otherSpelling(table.file, column, spelled))
    if (type === 'constant' || type === 'identifier' || type === 'text') drop(type, column.name)
    else if (type === 'numeric') inputs.push({ column, as: 'number' })
    else if ((column.levels?.length ?? Infinity) > mostLevels) drop(`categorical (over ${mostLevels} levels)`, column.name)
    else inputs.push({ column, as: 'one-hot' })
  }
  const notes = [...dropped].map(([why, names]) => `${counted(names.length, `${why} column`)} dropped: ${listed(names)}`)
  return { inputs, notes }
}

type Spelled = NonNullable<ReturnType<typeof spelledNumbers>>

/** As categories, numbers in another spelling would teach nothing. */
function otherSpelling(file: string, { name, index }: Column, { spelling, found }: Spelled): Problem {
  return {
    code: isDecimalComma(spelling) ? 'data/decimal-comma' : 'data/number-spelling',
    message: `column "${name}" has numbers ${spelling.words}`,
    at: { file, line: 1, column: index + 1 },
    found: found.join(' '),
    allowed: 'numbers with a decimal point',
    hint: `${spelling.hint}, or list the column under categorical`,
  }
}
