import { counted } from '../../problems.ts'
import type { Dataset } from '../../types.ts'
import type { Found } from '../definition.ts'
import { sampled } from './columns.ts'
import { Distances, type Neighbours } from './distances.ts'

/** Share of the usual distance to the nearest neighbor below which two rows are nearly the same. */
const NEAR = 0.13
const K = 10
/** Bounds of the work: rows, values and pairs of rows that are examined. */
const MOST_ROWS = 30_000
const MOST_CELLS = 16_000_000
const MOST_PAIRS = 20_000_000
/** Values read to learn the usual distance, and the number of query rows. */
const USUAL_CELLS = 10_000_000
const USUAL_ROWS = [60, 300] as const
/** Rows that are examined one by one; beyond these, rows are counted only. */
const EXAMINED = 200
/** Probability of a false finding. */
const ALPHA = 0.001

/**
 * Finds rows of validation or test that are nearly the same as a row in another part: a resized picture, a repeated
 * measurement. Two rows count as such if their distance is below 0.13 × the median distance to the nearest neighbor, and
 * also below 0.13 × the row's own distance to its tenth neighbor. Without the second condition, every dense region would be
 * full of them. Among independent rows the second condition holds with probability 9 × 0.13^d, where d is the data's own
 * dimension (Levina and Bickel 2004, by the ten neighbors): rare among pictures, common among points on a line. It reports
 * more than that probability explains, or none. Equal rows are found elsewhere, by their hashes.
 */
export function nearDuplicates(dataset: Dataset): Found[] {
  const { rows, starts, isSample } = pooled(dataset)
  if (rows.length < 5 * K || (starts[0] ?? 0) === 0) return []
  const distances = new Distances(dataset, rows)
  const { median, dimension } = usual(distances, rows.length)
  if (!(median > 0)) return []
  const { queries, near, share } = straddling(distances, starts, rows.length, NEAR * median)
  const examined = near.slice(0, EXAMINED)
  const kept = examined.filter(({ row, distance }) => distance < NEAR * (distances.nearest(row, K).at(-1) ?? 0))
  const chance = Math.min(1, (K - 1) * NEAR ** dimension)
  if (poissonTail(kept.length, queries * chance * (examined.length / Math.max(1, near.length))) > ALPHA) return []
  const found = kept.map(({ row }) => rows[row] ?? 0).sort((a, b) => a - b)
  const more = near.length > EXAMINED ? ' or more' : ''
  const sample = isSample || share < 1 ? `, in a sample of ${counted(queries, 'row')}` : ''
  const message =
    `${counted(found.length, 'row')}${more} of validation or test nearly the same as one in another part: ` +
    `closer than ${NEAR} × the usual distance to the nearest neighbor${sample}`
  return [{ message, rows: found }]
}

/** Rows of train, validation and test in this order, sampled if there are many; validation and test begin at `starts`. */
function pooled({ splits, features }: Dataset) {
  const parts = [splits.train, splits.validation, splits.test]
  const all = parts.reduce((sum, part) => sum + part.length, 0)
  const share = Math.min(1, MOST_ROWS / all, MOST_CELLS / features.length / all)
  const drawn = share === 1 ? parts : parts.map((part) => sampled(part, Math.floor(share * part.length), 'near-duplicates'))
  const [train = 0, validation = 0] = drawn.map((part) => part.length)
  const rows = Int32Array.from(drawn.flatMap((part) => [...part]))
  return { rows, starts: [train, train + validation], isSample: share < 1 }
}

/** Median distance to the nearest neighbor, and the dimension in which rows spread around a row. */
function usual(distances: Distances, rows: number): { median: number; dimension: number } {
  const [least, most] = USUAL_ROWS
  const asked = Math.min(most, Math.max(least, Math.floor(USUAL_CELLS / rows / distances.width)))
  const neighbours = [
    ...sampled(
      Int32Array.from({ length: rows }, (_, i) => i),
      asked,
      'usual-distance',
    ),
  ]
    .map((row) => distances.nearest(row, K))
    .filter((near) => near.length === K)
  const nearest = neighbours.map(([first = 0]) => first).sort((a, b) => a - b)
  return { median: nearest[nearest.length >> 1] ?? 0, dimension: dimensionOf(neighbours) }
}

/** Maximum likelihood over all neighborhoods together (MacKay and Ghahramani 2005): the inverse of the mean log ratio. */
function dimensionOf(neighbours: readonly Neighbours[]): number {
  let [sum, n] = [0, 0]
  for (const near of neighbours) {
    const furthest = near.at(-1) ?? 0
    for (const distance of near.slice(0, -1)) {
      sum += Math.log(furthest / distance)
      n++
    }
  }
  return sum > 0 ? n / sum : Infinity
}

/**
 * Rows with a row of an earlier part nearer than `limit`. If there would be too many pairs, only a share of the rows is
 * tested.
 */
function straddling(distances: Distances, starts: readonly number[], rows: number, limit: number) {
  const [validation = 0, test = 0] = starts
  const pairs = (test - validation) * validation + (rows - test) * test
  const share = Math.min(1, MOST_PAIRS / pairs)
  const outside = Int32Array.from({ length: rows - validation }, (_, i) => validation + i)
  const asked = sampled(outside, Math.ceil(share * outside.length), 'straddling')
  const near: { row: number; distance: number }[] = []
  for (const row of asked) {
    const distance = distances.nearestWithin(row, row < test ? validation : test, limit)
    if (distance !== null) near.push({ row, distance })
  }
  return { queries: asked.length, near, share }
}

/** P(N ≥ n) for a Poisson count of the given mean. */
function poissonTail(n: number, mean: number): number {
  let [term, below] = [Math.exp(-mean), 0]
  for (let i = 0; i < n; i++) {
    below += term
    term *= mean / (i + 1)
  }
  return n === 0 ? 1 : Math.max(0, 1 - below)
}
