import { encoded, indicator, indices, numbers, oneHot, positions, type Encoder } from './encode.ts'
import { namedCells } from './bad-cells.ts'
import { badKinds } from './cells.ts'
import type { Column } from './column.ts'
import { counted, Problems } from './problems.ts'
import { scaledBy } from './scaling.ts'
import type { Limits } from './source.ts'
import type { Table } from './table.ts'
import { knownTokenIds } from './token-ids.ts'
import type { Tokenize } from './tokenizers/definition.ts'
import type { FittedInput } from './types.ts'

/**
 * Makes inputs of other rows in the way that was fitted.
 *
 * @param columns one per fitted input, as `wantOf` asks for it
 * @param tokenize cuts texts into tokens; null if no input is a text
 * @returns rows × inputs, row-major
 * @throws InputError with every cell that the model has no input for
 */
export function fittedInputs(
  fitted: readonly FittedInput[],
  columns: readonly Column[],
  table: Table,
  { limits, tokenize }: { readonly limits: Limits; readonly tokenize: Tokenize | null },
): Float32Array {
  const problems = new Problems()
  const encoders = fitted.flatMap((input, i): Encoder[] => {
    const column = columns[i]
    if (!column) throw new Error(`the column "${input.name}" was not read`)
    checkCells(input, column, { file: table.file, limits }, problems)
    return encodersOf(input, column, { rows: table.rows, tokenize, problems })
  })
  problems.throwIfAny()
  return encoded(encoders, table.rows, limits).values
}

/** How a table must read the column of an input. */
export function wantOf({ as }: FittedInput): 'double' | 'text' | 'verbatim' {
  return as === 'number' ? 'double' : as === 'tokens' ? 'verbatim' : 'text'
}

interface Place {
  readonly rows: number
  readonly tokenize: Tokenize | null
  readonly problems: Problems
}

function encodersOf(input: FittedInput, column: Column, { rows, tokenize, problems }: Place): Encoder[] {
  const { name } = input
  if (input.as === 'number') {
    const { missing, scale } = input
    const own = missing
      ? (row: number): number => {
          const value = column.at(row)
          return Number.isNaN(value) ? missing.filler : value
        }
      : column.at
    const main = numbers(name, (row) => own(row) * scale, scaledBy(input.scaling))
    return missing?.indicator ? [main, indicator(name, column.at)] : [main]
  }
  if (input.as === 'tokens') {
    if (!tokenize) throw new Error(`no tokenizer for the column "${name}"`)
    const ids = knownTokenIds(column, rows, input.vocabulary, { tokenize, length: input.length })
    return [positions(name, ids, input.length)]
  }
  const codes = knownCodes(input, column)
  if (input.as === 'one-hot') return [oneHot(name, input.levels, codes)]
  requireIndex(input, column, codes, problems)
  return [indices(name, codes)]
}

type Categories = Extract<FittedInput, { as: 'one-hot' | 'index' }>

/** One code per row. */
function knownCodes({ levels, missing, other, name }: Categories, column: Column): Int32Array {
  if (!column.codes || !column.levels) throw new Error(`the texts of column "${name}" were not kept`)
  const place = new Map(levels.map((level, code) => [level, code]))
  const known = Int32Array.from(column.levels, (text) => (text === '' ? (missing ?? -1) : (place.get(text) ?? other)))
  return column.codes.map((code) => known[code] ?? -1)
}

/** One-hot positions can all be 0; an index has no such value. */
function requireIndex({ name, missing }: Categories, column: Column, codes: Int32Array, problems: Problems): void {
  const blank = column.levels?.indexOf('') ?? -1
  const row = codes.findIndex((code, i) => code < 0 && !(missing === null && column.codes?.[i] === blank))
  if (row < 0) return
  problems.add({
    code: 'predict/unknown-level',
    message: `column "${name}" has a category that the model does not know`,
    found: column.levels?.[column.codes?.[row] ?? -1] || 'nothing',
    hint: 'train with data.categories: { minRows: 1 }, which makes all categories that training lacks one category',
  })
}

/** Rejects cells that have no value where none is filled in, and what is no number in a column of numbers. */
function checkCells(
  input: FittedInput,
  column: Column,
  { file, limits }: { readonly file: string; readonly limits: Limits },
  problems: Problems,
): void {
  const wrong = {
    missing: input.as === 'tokens' || input.missing === null,
    text: input.as === 'number',
    infinite: input.as === 'number',
    rounded: false,
  }
  const kinds = badKinds.filter((kind) => wrong[kind])
  for (const { cell, count, found } of namedCells(column, kinds)) {
    const others = count === 1 ? '' : `; ${count.toLocaleString('en')} cells have none, the first of them here`
    problems.add({
      code: 'predict/cell',
      message: `column "${column.name}" needs ${input.as === 'number' ? 'a finite number' : 'a value'}${others}`,
      at: { file: cell.file ?? file, line: cell.line, column: column.index + 1 },
      found,
      ...(cell.kind === 'missing'
        ? { hint: 'the model was trained without missing values; set data.missing in its spec to fill them in' }
        : {}),
    })
  }
  if (input.as !== 'number' && column.levels === null)
    problems.add({
      code: 'predict/too-many-texts',
      message: `column "${column.name}" has too many different texts`,
      allowed: counted(limits.levels, 'text'),
    })
}
