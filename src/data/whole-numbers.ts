import type { InputColumn } from './inputs.ts'
import type { WholeNumbers } from './types.ts'

/** Smaller numbers count or grade something. */
const LEAST = 10_000
/** Share of the rows that may hold a smaller one. */
const SMALLER = 0.01
/** Number of columns kept; wide tables contain measurements. */
const MOST = 24

/** The numeric inputs of whole numbers of five digits or more, as written: they may name a row, or a point in time. */
export function wholeNumbers(inputs: readonly InputColumn[], rows: number): WholeNumbers[] {
  const found: WholeNumbers[] = []
  for (const { column, as } of inputs) {
    const values = as === 'number' && found.length < MOST ? wholeOf(column.at, rows) : undefined
    if (values) found.push({ name: column.name, values })
  }
  return found
}

function wholeOf(at: (row: number) => number, rows: number): Float64Array | undefined {
  let smaller = 0
  for (let row = 0; row < rows; row++) {
    const value = at(row)
    if (!Number.isSafeInteger(value)) return undefined
    if (value < LEAST && ++smaller > SMALLER * rows) return undefined
  }
  return Float64Array.from({ length: rows }, (_, row) => at(row))
}
