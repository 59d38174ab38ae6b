import { isEmpty, numberOf } from '../diagnose/read/cell.ts'
import { columnOf, plainName } from '../diagnose/read/columns.ts'
import type { RawRow } from '../diagnose/read/raw.ts'

/** A value of the log, and where it stands. */
export interface Cell {
  readonly name: string
  readonly text: string
  readonly line: number
}

/** All that a log says about one step. */
export interface Point {
  /** Null if the log has neither steps nor epochs. */
  readonly step: number | null
  readonly epoch: number | null
  /** By the plain form of the name: `val/acc`, `valAcc` and `val_acc` are one. */
  readonly cells: ReadonlyMap<string, Cell>
}

/** A name that a log gave another value at the same step. */
export interface Contradiction {
  readonly name: string
  readonly lines: readonly [number, number]
}

/**
 * The rows of one training by step, ascending: rows of the same step are one point, and the last value of each name
 * counts. Without steps, epochs order the rows, and without both they stand in the order of the log.
 */
export function pointsOf(rows: readonly RawRow[]): { readonly points: Point[]; readonly twice: readonly Contradiction[] } {
  const placed = rows.map((row) => ({ row, step: numberAt(row, 'step'), epoch: numberAt(row, 'epoch') }))
  const key = placed.some(({ step }) => step !== null) ? 'step' : 'epoch'
  const byStep = new Map<number | null, { epoch: number | null; cells: Map<string, Cell> }>()
  const twice: Contradiction[] = []
  for (const { row, ...at } of placed) {
    const point = byStep.get(at[key]) ?? { epoch: null, cells: new Map<string, Cell>() }
    byStep.set(at[key], point)
    point.epoch = at.epoch ?? point.epoch
    for (const [name, text] of row.cells) {
      if (isEmpty(text)) continue
      const before = point.cells.get(plainName(name))
      if (before && before.text !== text && !isPlace(name)) twice.push({ name, lines: [before.line, row.line] })
      point.cells.set(plainName(name), { name, text, line: row.line })
    }
  }
  const points = [...byStep].map(([step, point]) => ({ step, ...point }))
  // Rows without a step are what a tool adds at the end.
  return { points: points.sort((a, b) => (a.step ?? Infinity) - (b.step ?? Infinity)), twice }
}

const isPlace = (name: string): boolean => ['step', 'epoch'].includes(columnOf(name) ?? '')

function numberAt({ cells }: RawRow, column: 'step' | 'epoch'): number | null {
  const found = cells.find(([name, text]) => columnOf(name) === column && !isEmpty(text))
  const value = found && numberOf(found[1])
  return value !== undefined && Number.isFinite(value) ? value : null
}

/** The names of all values, as the log writes them, each once. */
export function namesIn(rows: readonly RawRow[]): string[] {
  return [...new Set(rows.flatMap(({ cells }) => cells.flatMap(([name, text]) => (isEmpty(text) ? [] : [name]))))]
}
