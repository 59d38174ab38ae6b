import { occurrences } from '../../../base/lists.ts'
import { shuffled, stream } from '../../../base/random.ts'
import type { Dataset, KeyColumn } from '../../types.ts'
import { Distances } from './distances.ts'

/** Rows that are examined, in whole groups, and how many of them are used as queries for their nearest neighbor. */
const MOST_ROWS = 2000
/** Values of the examined rows; a wide table uses fewer rows. */
const MOST_CELLS = 4_000_000
const QUERIES = 300
const FEWEST_QUERIES = 50
/**
 * Share of the rows whose nearest row has their value, and how many times the share expected by chance and that of a
 * neighboring value it must be.
 */
const SAME = 0.4
const TIMES = 6
/** At least this many equally common values. With fewer, or with a value that most rows have, it is a category. */
const FEWEST_VALUES = 10
/** How far from a value, in ranks, others count as neighboring. */
const REACH = 2

export interface GroupLeakage {
  /** Share of the rows whose nearest other row, by the inputs, has the same value. */
  readonly same: number
  /** The share that randomly assigned values would have. */
  readonly chance: number
  /** The share of one neighboring value, on average; null if values have no order. */
  readonly neighbouring: number | null
}

/**
 * Whether rows with one value are as similar as only rows from one source are; undefined if not. A measurement that
 * correlates with the inputs also makes rows with equal values similar, and rows with nearly equal values hardly less so. So
 * a number must tie its own rows together far more closely than its neighbors'.
 */
export function alikeWithin(dataset: Dataset, key: KeyColumn): GroupLeakage | undefined {
  const rows = wholeGroups(key, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / dataset.features.length)))
  const chance = chanceOf(rows, key)
  if (chance > 1 / FEWEST_VALUES) return undefined
  const queries = Math.min(QUERIES, rows.length)
  const others = dataset.features.map((name) => name !== key.name && !name.startsWith(`${key.name}=`))
  if (queries < FEWEST_QUERIES || !others.includes(true)) return undefined
  const nearest = new Distances(dataset, rows, others)
  const at = (i: number): number => key.codes[rows[i] ?? 0] ?? 0
  let [same, near] = [0, 0]
  for (let i = 0; i < queries; i++) {
    const found = nearest.nearestOf(i)
    if (found === null) return undefined
    const distance = Math.abs(at(found) - at(i))
    if (distance === 0) same++
    else if (distance <= REACH) near++
  }
  const groupLeakage = {
    same: same / queries,
    chance,
    neighbouring: key.ordered ? near / queries / (2 * REACH) : null,
  }
  const explained = Math.max(groupLeakage.chance, groupLeakage.neighbouring ?? 0)
  return groupLeakage.same >= SAME && groupLeakage.same >= TIMES * explained ? groupLeakage : undefined
}

/** Rows of groups of two or more, group after group in random order until there are enough, then in random order. */
function wholeGroups({ codes }: KeyColumn, most: number): Int32Array {
  const members = new Map<number, number[]>()
  codes.forEach((code, row) => {
    const own = members.get(code)
    if (own) own.push(row)
    else members.set(code, [row])
  })
  const random = stream(0, 'checks', 'groups')
  const taken: number[] = []
  for (const group of shuffled(
    [...members.values()].filter((g) => g.length > 1),
    random,
  )) {
    if (taken.length >= most) break
    taken.push(...group)
  }
  return Int32Array.from(shuffled(taken, random).slice(0, most))
}

function chanceOf(rows: Int32Array, { codes }: KeyColumn): number {
  const sizes = occurrences(rows.map((row) => codes[row] ?? 0))
  const n = rows.length
  return [...sizes.values()].reduce((sum, size) => sum + (size / n) * ((size - 1) / (n - 1)), 0)
}
