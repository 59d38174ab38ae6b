import { listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import type { Dataset, WholeNumbers } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { allRows, columnsOf, valuesOf, type CheckedColumn } from './methods/columns.ts'
import { timesIn } from './methods/points-in-time.ts'
import { kolmogorovTail } from './methods/two-samples.ts'

/** With fewer rows than this, a measurement may increase steadily by chance. */
const FEWEST_ROWS = 30
/** Relative rounding of a 32-bit float. */
const ROUNDING = 2 ** -23
/** Numbers drawn at random: the share of different ones, and the p below which they are not drawn evenly from a range. */
const [DIFFERENT, EVEN] = [0.99, 0.001]

/**
 * Inputs that only name the row. A model may memorize them, and what it learns applies to no other row. The check finds
 * one-hot encodings with more levels than half of the rows, and numbers that differ in every row. The numbers are either
 * consecutive, in any order (row numbers), or increase from row to row in whole steps (numbers assigned in order of arrival,
 * with gaps). A measurement does neither, unless it was planned as a grid. Whole numbers of five digits or more that all
 * differ and spread evenly over their range were drawn at random (accounts, cards); amounts and populations do not spread
 * evenly. The check leaves the only input of a table alone.
 */
export const identifier: CheckDefinition = {
  name: 'identifier',
  schema: { title: 'Identifier columns', description: 'Inputs that only number or name the rows.' },
  severity: 'warn',
  ofInputs: true,
  find,
}

function find(dataset: Dataset): Found[] {
  const rows = allRows(dataset)
  const columns = columnsOf(dataset)
  if (rows.length < FEWEST_ROWS || columns.length < 2) return []
  const drawn = new Set(dataset.wholeNumbers.filter((column) => isDrawn(column) && !timesIn(column)).map(({ name }) => name))
  const found = columns.filter((column) => drawn.has(column.name) || isIdentifier(dataset, column, rows))
  if (found.length === 0) return []
  const names = listed(found.map(({ name }) => name))
  const message = `${counted(found.length, 'column')} used as input although each row has its own number or name: ${names}`
  return [{ message }]
}

/** Whether whole numbers are all different and spread evenly over their range: Kolmogorov's test against that. */
function isDrawn({ values }: WholeNumbers): boolean {
  const sorted = values.slice().sort()
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)]
  if (new Set(sorted).size < DIFFERENT * sorted.length) return false
  const even = Float64Array.from(sorted, (_, i) => least + ((most - least) * (i + 0.5)) / sorted.length)
  const distance = sorted.reduce((d, value, i) => Math.max(d, Math.abs(value - (even[i] ?? 0))), 0) / (most - least)
  const root = Math.sqrt(sorted.length)
  return kolmogorovTail((root + 0.12 + 0.11 / root) * distance) > EVEN
}

function isIdentifier(dataset: Dataset, column: CheckedColumn, rows: Int32Array): boolean {
  if (column.width > 1) return column.width > rows.length / 2
  const values = valuesOf(dataset, column, rows)
  if (isAscending(values)) return isCounted(gapsOf(values), values, isWhole)
  if (!mayBeConsecutive(values)) return false
  return isCounted(gapsOf(values.sort()), values, isConsecutive)
}

/**
 * Rules out nearly every measurement without sorting: consecutive numbers lie on the grid between the smallest and the
 * largest.
 */
function mayBeConsecutive(values: Float32Array): boolean {
  let [least, largest] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < least) least = value
    if (value > largest) largest = value
  }
  const step = (largest - least) / (values.length - 1)
  const offGrid = (value: number): boolean => Math.abs((value - least) / step - Math.round((value - least) / step)) > 0.2
  return !values.subarray(0, 50).some(offGrid)
}

type Rule = (gaps: Float64Array, step: number, slack: number) => boolean

/** `rule` on the gaps, with the smallest gap as the step and the slack from rounding. */
function isCounted(gaps: Float64Array, sorted: Float32Array, rule: Rule): boolean {
  const step = gaps.reduce((a, b) => Math.min(a, b), Infinity)
  if (!(step > 0)) return false
  // Numbers may have been standardized: steps are known up to the rounding of the values on either side.
  const slack = (2 * ROUNDING * Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted.at(-1) ?? 0))) / step
  return slack <= 0.05 && rule(gaps, step, slack)
}

const isConsecutive: Rule = (gaps, step, slack) => gaps.every((gap) => gap < step * (1 + 3 * slack + 1e-6))

function gapsOf(sorted: Float32Array): Float64Array {
  const gaps = new Float64Array(sorted.length - 1)
  for (let i = 0; i < gaps.length; i++) gaps[i] = (sorted[i + 1] ?? 0) - (sorted[i] ?? 0)
  return gaps
}

const isAscending = (values: Float32Array): boolean => values.every((value, i) => i === 0 || value > (values[i - 1] ?? 0))

/**
 * Whether the gaps are integer multiples of the smallest one. A gap that is too long to tell says nothing, and most must
 * tell.
 */
function isWhole(gaps: Float64Array, step: number, slack: number): boolean {
  let told = 0
  for (const gap of gaps) {
    const times = gap / step
    if (times * slack > 0.1) continue
    told++
    if (Math.abs(times - Math.round(times)) > 1e-6 + 2 * times * slack) return false
  }
  return told > 0.9 * gaps.length
}
