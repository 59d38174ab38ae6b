import { fitsFloat32 } from '../cells.ts'
import { noneBad } from '../cells.ts'
import { isTextWant, type Column, type Want } from '../column.ts'
import { requireSize } from '../gauge.ts'
import { fail, Problems } from '../problems.ts'
import type { Source } from '../source.ts'
import type { OpenTable, Table } from '../table.ts'
import { Texts } from '../texts.ts'

/** Numbers in memory. An array of N dimensions is rows of `size` values each; its first axis is the rows. */
export interface NumberArray {
  readonly rows: number
  /** Trailing dimensions: the shape of one row, [] for a plain vector. */
  readonly rowShape: readonly number[]
  readonly size: number
  /** Value `column` (row-major over `rowShape`) of a row. */
  readonly at: (row: number, column: number) => number
  /** Whether NaN and infinities can occur. */
  readonly floating: boolean
}

/** One array as columns: its name as prefix, or none. */
export interface Block {
  readonly name: string | null
  readonly array: NumberArray
}

/**
 * Several arrays as one table without a header. The first axis is the rows; the others, flattened row-major, are the
 * columns. Columns are named after their array, with their position if there are several, or by position if it has no name.
 *
 * @param rowShape shape of one row of the inputs
 * @param target column of the target; null if it is not known yet
 */
export function openBlocks(
  source: Source,
  blocks: readonly Block[],
  rowShape: readonly number[],
  target: number | null,
): OpenTable {
  const width = blocks.reduce((sum, { array }) => sum + array.size, 0)
  if (width > source.limits.columns) {
    const [found, allowed] = [`${width} values per row`, `at most ${source.limits.columns}`]
    fail({ code: 'data/too-many-columns', message: `${source.file} is too wide`, found, allowed })
  }
  const rows = blocks[0]?.array.rows ?? 0
  requireSize(source, rows, width)
  const places = blocks.flatMap(({ name, array }) =>
    Array.from({ length: array.size }, (_, column) => ({ name: nameOf(name, array, column), array, column })),
  )
  return {
    file: source.file,
    names: places.map(({ name }) => name),
    header: false,
    delimiter: null,
    rowShape: rowShape.length > 1 ? rowShape : null,
    target,
    read: (wants) => {
      requireFinite(source, blocks)
      return readPlaces(source, rows, places, wants)
    },
  }
}

/** `y` for the only value of an array, `y.0` for the first of several; the position if the array has no name. */
const nameOf = (name: string | null, { size }: NumberArray, column: number): string =>
  name === null ? String(column) : size === 1 ? name : `${name}.${column}`

/** Whether a number means that there is no value. Without `source.missing`, none does. */
const isGap = ({ missing }: Source, value: number): boolean =>
  missing !== undefined && (Number.isNaN(value) || missing.has(String(value)))

/** NaN and infinities have no place in a file that people can open, so rows and columns are counted from 1. */
function requireFinite(source: Source, blocks: readonly Block[]): void {
  const { file, watch } = source
  const problems = new Problems()
  for (const { name, array } of blocks) {
    for (let row = 0; array.floating && row < array.rows; row++) {
      if (row % 4096 === 0) watch.look()
      for (let column = 0; column < array.size; column++) {
        const value = array.at(row, column)
        if (fitsFloat32(value) || isGap(source, value)) continue
        problems.add({
          code: 'data/not-finite',
          found: String(value),
          at: { file, line: row + 1, column: column + 1 },
          message: `row ${row} of ${name ?? 'the array'} has a value that is not a finite 32-bit number`,
        })
      }
    }
  }
  problems.throwIfAny()
}

interface Place {
  readonly name: string
  readonly array: NumberArray
  readonly column: number
}

function readPlaces(source: Source, rows: number, places: readonly Place[], wants: readonly Want[]): Table {
  const { file } = source
  const texts = new Texts(source)
  const columns = places.map(({ name, array, column }, index): Column | null => {
    const want = wants[index] ?? 'skip'
    if (want === 'skip') return null
    const at = (row: number): number => {
      const value = array.at(row, column)
      return isGap(source, value) ? NaN : value
    }
    const common = { name, index, texts: [], ...gapsIn(source, rows, (row) => array.at(row, column)) }
    if (!isTextWant(want)) return { ...common, isText: false, at, codes: null, levels: null }
    return { ...common, isText: true, at: () => NaN, ...encode(rows, at, name, texts) }
  })
  return { file, rows, columns }
}

/** Counts the missing values, which `requireFinite` has let pass. */
function gapsIn(source: Source, rows: number, at: (row: number) => number): Pick<Column, 'bad' | 'badCount'> {
  if (source.missing === undefined) return { bad: [], badCount: noneBad }
  const gaps = Array.from({ length: rows }, (_, row) => row).filter((row) => isGap(source, at(row)))
  const bad = gaps.slice(0, 5).map((row) => ({ kind: 'missing' as const, line: row + 1, found: String(at(row)) }))
  return { bad, badCount: { ...noneBad, missing: gaps.length } }
}

/** Rejects an integer that a double cannot hold exactly: two different ones may have become one. */
function tooLargeInteger(name: string, row: number, value: number): never {
  return fail({
    code: 'data/large-integer',
    message: `row ${row} of ${name} has an integer that is too large to be a class or a group`,
    found: String(value),
    allowed: 'integers up to 9007199254740991',
  })
}

/** Numbers as levels, in order of first appearance; nulls if there are too many for categories. */
function encode(rows: number, at: (row: number) => number, name: string, texts: Texts): Pick<Column, 'codes' | 'levels'> {
  const levels = new Map<number, number>()
  const codes = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const value = at(row)
    let code = levels.get(value)
    if (code === undefined) {
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) tooLargeInteger(name, row, value)
      if (levels.size === texts.perColumn) return { codes: null, levels: null }
      levels.set(value, (code = levels.size))
    }
    codes[row] = code
  }
  const shown = [...levels.keys()].map((value) => (Number.isNaN(value) ? '' : String(value)))
  for (const text of shown) texts.keep(text, name)
  return { codes, levels: shown }
}
