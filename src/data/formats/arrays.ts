import { didYouMean } from '../../base/diagnostics.ts'
import { fitsFloat32 } from '../cells.ts'
import type { Column, Want } from '../column.ts'
import { requireSize } from '../gauge.ts'
import { parseNpy } from './npy.ts'
import type { NumberArray } from './npy.ts'
import { listArrays, readArrays } from './npz.ts'
import { fail, listed, Problems } from '../problems.ts'
import type { Source } from '../source.ts'
import type { OpenTable, Table, TableUse } from '../table.ts'
import { Texts } from '../texts.ts'

const INPUT_NAMES = ['x', 'X', 'inputs', 'x_train', 'X_train', 'data', 'features', 'images']
const TARGET_NAMES = ['y', 'Y', 'target', 'targets', 'label', 'labels', 'y_train']

/** One array as columns: its name as prefix, or none. */
interface Block {
  readonly name: string | null
  readonly array: NumberArray
}

/**
 * A .npy file is a table without header: its first axis is the rows, the rest, flattened row-major, the columns 0, 1, 2, ….
 * In an .npz the target (and the group) names an array of one value a row, and the inputs are the one other array, or the
 * one of them named x, X, inputs, data, features or images.
 */
export function openArrays(source: Source, use: TableUse): OpenTable {
  if (source.format === 'npy') {
    const array = parseNpy(source.file, source.bytes, source.limits)
    return openBlocks(source, [{ name: null, array }], array.rowShape, null)
  }
  const names = listArrays(source)
  const guessed = names.find((name) => TARGET_NAMES.includes(name)) ?? null
  const target = use.target === null ? guessed : member(source, names, use.target)
  const group = use.groupBy === null ? null : member(source, names, use.groupBy)
  const taken = [target, group].filter((name) => name !== null)
  const input = inputArray(source, names.filter((name) => !taken.includes(name)))
  const arrays = readArrays(source, [input, ...taken])
  const blocks = [input, ...taken].map((name) => {
    const array = parseNpy(`${source.file} (${name})`, arrays.get(name) ?? new Uint8Array(0), source.limits)
    return { name: name === input ? null : name, array }
  })
  const [{ array }] = blocks as [Block, ...Block[]] // the input is always there
  requireVectors(source, blocks.slice(1), array.rows)
  return openBlocks(source, blocks, array.rowShape, target === null ? null : array.size)
}

function member(source: Source, names: readonly string[], name: string): string {
  if (names.includes(name)) return name
  const meant = didYouMean(name, names)
  return fail({
    code: 'data/no-array', message: `${source.file} has no array of this name`, found: name, allowed: listed(names),
    ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }),
  })
}

function inputArray(source: Source, names: readonly string[]): string {
  const known = names.filter((name) => INPUT_NAMES.includes(name))
  const [only] = names.length === 1 ? names : known
  if (only !== undefined && (names.length === 1 || known.length === 1)) return only
  return fail({
    code: 'data/no-array', message: `it is not clear which array of ${source.file} holds the inputs`,
    found: names.length === 0 ? 'no array but the target' : listed(names),
    allowed: 'one array beside the target, or one named x',
  })
}

function requireVectors(source: Source, blocks: readonly Block[], rows: number): void {
  for (const { name, array } of blocks) {
    if (array.rows === rows && array.size === 1) continue
    fail({
      code: 'data/npz', message: `the array "${name}" of ${source.file} has not one value for each row of the inputs`,
      found: `shape (${[array.rows, ...array.rowShape].join(', ')})`, allowed: `shape (${rows})`,
      ...(array.size > 1 ? { hint: 'for one-hot classes write y.argmax(axis=1)' } : {}),
    })
  }
}

function openBlocks(
  source: Source, blocks: readonly Block[], rowShape: readonly number[], target: number | null,
): OpenTable {
  const width = blocks.reduce((sum, { array }) => sum + array.size, 0)
  if (width > source.limits.columns) {
    const [found, allowed] = [`${width} values a row`, `at most ${source.limits.columns}`]
    fail({ code: 'data/too-many-columns', message: `${source.file} is too wide`, found, allowed })
  }
  const rows = blocks[0]?.array.rows ?? 0
  requireSize(source, rows, width)
  const places = blocks.flatMap(({ name, array }) =>
    Array.from({ length: array.size }, (_, column) => ({ name: name ?? String(column), array, column })))
  return {
    file: source.file, names: places.map(({ name }) => name), header: false, delimiter: null,
    rowShape: rowShape.length > 1 ? rowShape : null, target,
    read: (wants) => {
      requireFinite(source, blocks)
      return readPlaces(source, rows, places, wants)
    },
  }
}

/** NaN and infinities have no place in a file that a person can open: rows and columns are counted from 1. */
function requireFinite({ file, watch }: Source, blocks: readonly Block[]): void {
  const problems = new Problems()
  for (const { name, array } of blocks) {
    for (let row = 0; array.floating && row < array.rows; row++) {
      if (row % 4096 === 0) watch.look()
      for (let column = 0; column < array.size; column++) {
        const value = array.at(row, column)
        if (fitsFloat32(value)) continue
        problems.add({
          code: 'data/not-finite', found: String(value), at: { file, line: row + 1, column: column + 1 },
          message: `row ${row} of ${name ?? 'the array'} holds a value that is not a finite 32-bit number`,
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
    const at = (row: number): number => array.at(row, column)
    const clean = { name, index, bad: [], badCount: { missing: 0, text: 0, infinite: 0 } }
    if (want !== 'text') return { ...clean, isText: false, at, codes: null, levels: null }
    return { ...clean, isText: true, at: () => NaN, ...encode(rows, at, name, texts) }
  })
  return { file, rows, columns }
}

/** Numbers as levels, in order of first appearance; nulls where they are too many to be categories. */
function encode(rows: number, at: (row: number) => number, name: string, texts: Texts): Pick<Column, 'codes' | 'levels'> {
  const levels = new Map<number, number>()
  const codes = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const value = at(row)
    let code = levels.get(value)
    if (code === undefined) {
      if (levels.size === texts.perColumn) return { codes: null, levels: null }
      levels.set(value, code = levels.size)
    }
    codes[row] = code
  }
  const shown = [...levels.keys()].map(String)
  for (const text of shown) texts.keep(text, name)
  return { codes, levels: shown }
}
