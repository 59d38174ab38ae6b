import { listed } from '../base/lists.ts'
import type { BadKind, Column } from './column.ts'
import { mostLevels, typeOf } from './column-type.ts'
import { counted, Problems, type Problem } from './problems.ts'
import type { Roles } from './roles.ts'
import { checkTexts, type TokenSettings } from './token-ids.ts'
import type { Tokenizer } from './tokenizers/definition.ts'
import { isDecimalComma, isMissingWord, spelledNumbers, spellingOf } from './spelling.ts'
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
  for (const i of roles.targets) checkCells(table, column(i), config.task === 'regression' ? 'number' : 'text', problems)
  if (roles.group !== null) checkCells(table, column(roles.group), 'text', problems)
  if (roles.time !== null) checkCells(table, column(roles.time), column(roles.time).isText ? 'text' : 'number', problems)
  if (roles.weight !== null) checkCells(table, column(roles.weight), 'number', problems)
  if (config.inputs.kind === 'text' && roles.text !== null && tokenizer) {
    const [texts, { vocabulary, length }] = [column(roles.text), config.inputs]
    checkTexts(table, texts, problems)
    problems.throwIfAny()
    const settings = { tokenize: tokenizer.tokenize, most: vocabulary, length }
    return { inputs: [{ column: texts, as: 'tokens', settings }], notes: [] }
  }
  const encoding = config.inputs.kind === 'columns' ? config.inputs.encoding : 'one-hot'
  const named: Decided[] = [
    ...roles.numeric.map((i) => ({ column: column(i), as: 'number' as const })),
    ...roles.categorical.map((i) => ({ column: column(i), as: encoding })),
  ]
  const gaps = config.missing !== undefined
  for (const input of named) checkCells(table, input.column, input.as === 'number' ? 'number' : 'text', problems, gaps)
  const decided = decide(table, roles.undecided.map(column), problems, gaps)
  const inputs = [...named, ...decided.inputs]
  requireScalable(table.file, inputs, roles, problems)
  problems.throwIfAny()
  return {
    inputs: inputs.map((input) => ({ ...input, scaling: roles.scaling.get(input.column.index) ?? config.standardize })),
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
  gaps: boolean,
): { inputs: Decided[]; notes: string[] } {
  const inputs: Decided[] = []
  const dropped = new Map<string, string[]>()
  const drop = (why: string, name: string): void => {
    dropped.set(why, [...(dropped.get(why) ?? []), name])
  }
  for (const column of columns) {
    const type = typeOf(column, table.rows)
    checkCells(table, column, column.isText ? 'text' : 'number', problems, gaps)
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

/** @param gaps whether missing values are filled in */
function checkCells({ file, rows }: Table, column: Column, use: 'number' | 'text', problems: Problems, gaps = false): void {
  const place = (line: number, own = file) => ({ file: own, line, column: column.index + 1 })
  if (rows > 0 && column.badCount.missing === rows) {
    const at = place(column.bad[0]?.line ?? 1)
    problems.add({ code: 'data/empty-column', message: `column "${column.name}" has no values`, at, hint: 'leave it out' })
    return
  }
  const spelled = use === 'number' && column.badCount.text > 1 ? spelledCells(column) : undefined
  if (spelled) problems.add({ ...spelled.problem, at: place(spelled.line, spelled.file) })
  const unfit: readonly BadKind[] = use === 'text' ? ['rounded'] : spelled ? ['infinite'] : ['text', 'infinite']
  const wrong: readonly BadKind[] = gaps ? unfit : ['missing', ...unfit]
  for (const cell of column.bad) {
    if (!wrong.includes(cell.kind)) continue
    problems.add({ ...explain(cell.kind, cell.found, column.name), at: place(cell.line, cell.file) })
  }
  for (const kind of wrong) {
    const kept = column.bad.filter((cell) => cell.kind === kind).length
    problems.addUnlisted(column.badCount[kind] - kept)
  }
}

/** One problem for all cells of a column that spell numbers in a way that is not read. */
function spelledCells({ name, bad, badCount }: Column) {
  const cells = bad.filter(({ kind }) => kind === 'text')
  const [first] = cells
  const spelled = spelledNumbers(cells.map(({ found }) => found))
  if (!first || !spelled) return undefined
  return {
    line: first.line,
    file: first.file,
    problem: {
      code: 'data/not-a-number',
      message:
        `${counted(badCount.text, 'cell')} of column "${name}" have numbers ${spelled.spelling.words}, ` +
        'the first of them here',
      found: first.found,
      allowed: 'a decimal number',
      hint: spelled.spelling.hint,
    },
  }
}

function hintFor(found: string): string {
  if (isMissingWord(found)) return 'if it means that there is no value, list it under data.missing.values'
  return spellingOf(found)?.hint ?? 'list the column under data.inputs.categorical if it holds categories'
}

function explain(kind: BadKind, found: string, name: string) {
  const column = `column "${name}"`
  switch (kind) {
    case 'missing':
      return {
        code: 'data/missing',
        message: `a missing value in ${column}`,
        found: found === '' ? 'nothing' : found,
        hint: 'set data.missing, such as { strategy: indicator }, to fill in missing inputs; or drop the rows first',
      }
    case 'text':
      return {
        code: 'data/not-a-number',
        message: `not a number in ${column}`,
        found,
        allowed: 'a decimal number',
        hint: hintFor(found),
      }
    case 'rounded':
      return {
        code: 'data/large-integer',
        message: `an integer in ${column} that is too large to be kept exactly`,
        found,
        allowed: 'integers up to 9007199254740991, or texts',
        hint: 'write it in quotes',
      }
    case 'infinite':
      return {
        code: 'data/not-finite',
        message: `a number in ${column} that is not a finite 32-bit float`,
        found,
      }
  }
}
