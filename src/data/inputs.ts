import type { BadKind, Column } from './column.ts'
import { typeOf } from './column-type.ts'
import { counted, listed, Problems } from './problems.ts'
import type { Roles } from './roles.ts'
import type { Table } from './table.ts'
import type { DataConfig } from './types.ts'

/** A column of the table as an input: a number, or one of its levels. */
export interface InputColumn {
  readonly column: Column
  readonly as: 'number' | 'one-hot' | 'index'
}

/** One-hot columns that nobody requested have at most this many levels. */
const AUTO_LEVELS = 100

/**
 * Determines the type of every input, and rejects every cell that its use does not allow: missing values (nothing is
 * imputed), texts in numeric columns, infinities.
 *
 * @returns the inputs in order, and notes on columns that were left out
 */
export function selectInputs(config: DataConfig, table: Table, roles: Roles): { inputs: InputColumn[]; notes: string[] } {
  const problems = new Problems()
  const column = (i: number): Column => {
    const found = table.columns[i]
    if (!found) throw new Error(`column ${i} was not read`)
    return found
  }
  checkCells(table, column(roles.target), config.task === 'classification' ? 'text' : 'number', problems)
  if (roles.group !== null) checkCells(table, column(roles.group), 'text', problems)
  const encoding = config.inputs.kind === 'columns' ? config.inputs.encoding : 'one-hot'
  const inputs: InputColumn[] = [
    ...roles.numeric.map((i) => ({ column: column(i), as: 'number' as const })),
    ...roles.categorical.map((i) => ({ column: column(i), as: encoding })),
  ]
  for (const input of inputs) checkCells(table, input.column, input.as === 'number' ? 'number' : 'text', problems)
  const decided = decide(table, roles.undecided.map(column), problems)
  problems.throwIfAny()
  return { inputs: [...inputs, ...decided.inputs], notes: decided.notes }
}

/** The type of each column of `inputs: auto`. Constants and identifiers teach nothing, or leak: they are dropped. */
function decide(table: Table, columns: readonly Column[], problems: Problems): { inputs: InputColumn[]; notes: string[] } {
  const inputs: InputColumn[] = []
  const dropped = new Map<string, string[]>()
  const drop = (why: string, name: string): void => {
    dropped.set(why, [...(dropped.get(why) ?? []), name])
  }
  for (const column of columns) {
    const type = typeOf(column, table.rows)
    checkCells(table, column, column.isText ? 'text' : 'number', problems)
    if (hasDecimalCommas(column)) problems.add(decimalCommas(table.file, column))
    if (type === 'constant' || type === 'identifier') drop(type, column.name)
    else if (type === 'numeric') inputs.push({ column, as: 'number' })
    else if ((column.levels?.length ?? Infinity) > AUTO_LEVELS) drop(`categorical (over ${AUTO_LEVELS} levels)`, column.name)
    else inputs.push({ column, as: 'one-hot' })
  }
  const notes = [...dropped].map(([why, names]) => `${counted(names.length, `${why} column`)} dropped: ${listed(names)}`)
  return { inputs, notes }
}

/** Whether every value is a number with a decimal comma, `3,50`: as a category it would teach nothing. */
function hasDecimalCommas({ levels }: Column): boolean {
  return (
    levels !== null &&
    levels.length > 1 &&
    levels.every((level) => /^[+-]?\d+(,\d+)?$/.test(level)) &&
    levels.some((level) => level.includes(','))
  )
}

const decimalCommas = (file: string, { name, index, levels }: Column) => ({
  code: 'data/decimal-comma',
  message: `column "${name}" has numbers with decimal commas`,
  at: { file, line: 1, column: index + 1 },
  found: (levels ?? []).slice(0, 3).join(' '),
  allowed: 'numbers with a decimal point',
  hint: 'write decimal points, or list the column under categorical',
})

function checkCells({ file, rows }: Table, column: Column, use: 'number' | 'text', problems: Problems): void {
  const wrong: readonly BadKind[] = use === 'number' ? ['missing', 'text', 'infinite'] : ['missing']
  const place = (line: number) => ({ file, line, column: column.index + 1 })
  if (rows > 0 && column.badCount.missing === rows) {
    const at = place(column.bad[0]?.line ?? 1)
    problems.add({ code: 'data/empty-column', message: `column "${column.name}" has no values`, at, hint: 'leave it out' })
    return
  }
  for (const cell of column.bad) {
    if (wrong.includes(cell.kind)) problems.add({ ...explain(cell.kind, cell.found, column.name), at: place(cell.line) })
  }
  for (const kind of wrong) {
    const kept = column.bad.filter((cell) => cell.kind === kind).length
    problems.addUnlisted(column.badCount[kind] - kept)
  }
}

function explain(kind: BadKind, found: string, name: string) {
  const column = `column "${name}"`
  switch (kind) {
    case 'missing':
      return {
        code: 'data/missing',
        message: `a missing value in ${column}`,
        found: found === '' ? 'nothing' : found,
        hint: 'fill in the values or drop the rows first; tunegate imputes nothing',
      }
    case 'text':
      return {
        code: 'data/not-a-number',
        message: `not a number in ${column}`,
        found,
        allowed: 'a decimal number',
        hint: /^[+-]?\d+,\d+$/.test(found)
          ? 'write a decimal point'
          : 'list the column under data.inputs.categorical if it holds categories',
      }
    case 'infinite':
      return {
        code: 'data/not-finite',
        message: `a number in ${column} that is not a finite 32-bit float`,
        found,
      }
  }
}
