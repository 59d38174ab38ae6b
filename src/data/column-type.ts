import type { Column, Want } from './column.ts'
import type { OpenTable, Table } from './table.ts'
import type { ColumnType } from './summary.ts'

/** One-hot columns that nobody requested have at most this many levels. */
export const mostLevels = 100

/** A column with this few texts among its numbers is numeric with mistakes, not categorical. */
const SLIPS = 0.05

/**
 * Reads a table in which some columns may contain numbers or texts: first as numbers, then again for those that are not.
 * Texts keep their spelling ("007"), and a table of numbers costs nothing extra.
 *
 * @param undecided indices of those columns
 */
export function readUndecided(opened: OpenTable, wants: readonly Want[], undecided: readonly number[]): Table {
  const open = new Set(undecided)
  const table = opened.read(wants.map((want, i) => (open.has(i) ? 'double' : want)))
  const texts = new Set(undecided.filter((i) => !isNumeric(table.columns[i] ?? null, table.rows)))
  if (texts.size === 0) return table
  const again = opened.read(wants.map((_, i) => (texts.has(i) ? 'text' : 'skip')))
  return { ...table, columns: table.columns.map((column, i) => (texts.has(i) ? (again.columns[i] ?? null) : column)) }
}

/** Whether a column read as numbers is meant as numbers: all of its values are numbers, or all but a few. */
function isNumeric(column: Column | null, rows: number): boolean {
  if (!column) return false
  const { text, missing } = column.badCount
  return text <= SLIPS * rows && text + missing < rows
}

/** What a column contains, as far as its values show. */
export function typeOf(column: Column, rows: number): ColumnType {
  if (distinct(column, rows, 1) <= 1) return 'constant'
  if (isProse(column, rows)) return 'text'
  if (isIdentifier(column, rows)) return 'identifier'
  return column.isText ? 'categorical' : 'numeric'
}

/** Names, dates and addresses have fewer words than most sentences have. */
const WORDS = 5

/** Sentences: too many to be categories, and most have several words. */
function isProse(column: Column, rows: number): boolean {
  const { isText, levels, texts } = column
  if (!isText || !(isIdentifier(column, rows) || (levels?.length ?? Infinity) > mostLevels)) return false
  const words = texts.map((text) => text.match(/\p{L}{2,}/gu)?.length ?? 0).sort((a, b) => a - b)
  return (words[words.length >> 1] ?? 0) >= WORDS
}

/** Row numbers (0, 1, 2, … or 1, 2, 3, …), and texts that are nearly all different: names, hashes, free text. */
function isIdentifier(column: Column, rows: number): boolean {
  if (rows < 10) return false
  if (column.isText) return (column.levels?.length ?? Infinity) > rows / 2
  const first = column.at(0)
  if (first !== 0 && first !== 1) return false
  for (let row = 1; row < rows; row++) {
    if (column.at(row) !== first + row) return false
  }
  return true
}

/** Number of different values, without missing ones for numbers; `most` + 1 if there are more than `most`. */
export function distinct(column: Column, rows: number, most: number): number {
  if (column.isText) return Math.min(column.levels?.length ?? Infinity, most + 1)
  const seen = new Set<number>()
  for (let row = 0; row < rows && seen.size <= most; row++) {
    const value = column.at(row)
    if (!Number.isNaN(value)) seen.add(value)
  }
  return seen.size
}
