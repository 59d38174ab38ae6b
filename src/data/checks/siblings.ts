import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { allRows, columnsOf, sampled, valuesOf } from './methods/columns.ts'
import { Distances, type Neighbour } from './methods/distances.ts'

/** Rows and values that are examined, and rows whose neighbors are. */
const [MOST_ROWS, MOST_CELLS, QUERIES] = [4000, 4_000_000, 300]
const FEWEST_ROWS = 100
/** Groups have at most one row more than this; the neighbors from here to LAST show how rows spread between groups. */
const [LARGEST, LAST] = [9, 19]
/** Probability of such a gap among independent rows, and the share of the rows that must have one. */
const [CHANCE, SHARE] = [0.01, 0.25]
/** Numbers with at least so many values, and how many of them it takes: categories alone fall into cells. */
const [FEWEST_VALUES, FEWEST_MEASURED] = [10, 4]

/**
 * Finds groups that no column names: repeated measurements of one patient, several pictures of one thing. Rows of a group
 * are close to each other and far from all others, so the distances to the nearest rows have a gap. Among independent rows
 * in m dimensions, m k ln(d(k + 1) / d(k)) is exponential for each k, d(k) being the distance to the k-th nearest row
 * (Levina and Bickel 2004). A row has a gap if one of the first nine is larger than the largest of nine is once in a
 * hundred. The dimension m is estimated from the tenth to the twentieth neighbor, where groups are far apart.
 */
export const siblings: CheckDefinition = {
  name: 'siblings',
  schema: {
    title: 'Siblings',
    description:
      'Rows that seem to be repeated measurements of one source, in two parts of the split, although no column names the ' +
      'source: their nearest rows are far closer than all others.',
  },
  severity: 'warn',
  ofInputs: true,
  find,
}

function find(dataset: Dataset): Found[] {
  const { vocabulary, features, keys } = dataset
  const rows = sampled(allRows(dataset), Math.min(MOST_ROWS, Math.floor(MOST_CELLS / features.length)), 'siblings')
  // A sample of the rows breaks groups up, and a declared group is whole.
  if (vocabulary || rows.length < Math.max(FEWEST_ROWS, dataset.targets.length / 2) || keys.some(({ declared }) => declared))
    return []
  const measured = columnsOf(dataset).filter(
    (column) => column.width === 1 && new Set(valuesOf(dataset, column, rows)).size >= FEWEST_VALUES,
  )
  if (measured.length < FEWEST_MEASURED) return []
  const distances = new Distances(dataset, rows)
  const queries = Array.from({ length: Math.min(QUERIES, rows.length) }, (_, row) => distances.neighbours(row, LAST + 1))
  const dimension = dimensionOf(queries)
  const least = Math.log(LARGEST / CHANCE) / dimension
  const groups = queries.map((near) => (near.length > LAST ? groupOf(near, least) : []))
  const share = groups.filter((group) => group.length > 0).length / queries.length
  const partOf = partsOf(dataset)
  const torn = groups.flatMap((group, row) => {
    const own = partOf.get(rows[row] ?? -1)
    return group.some(({ at }) => partOf.get(rows[at] ?? -1) !== own) ? [rows[row] ?? 0] : []
  })
  if (!(share >= SHARE) || torn.length === 0) return []
  const message =
    `rows seem to repeat a source that no column names: of ${Math.round(100 * share)} % of ${counted(queries.length, 'row')}, ` +
    `a few rows are far closer than all others, where independent rows give ${Math.round(100 * CHANCE)} %; ` +
    `${counted(torn.length, 'row')} have such a row in another part of the split, and a score there measures memory; add a ` +
    'column that names the source (a person, a place, a picture), and set split.groupBy to it'
  return [{ message, rows: torn.sort((a, b) => a - b) }]
}

/** The dimension in which groups spread around a row, from the neighbors beyond any group; infinite if that is unknown. */
function dimensionOf(queries: readonly (readonly Neighbour[])[]): number {
  const ratios = queries.flatMap((near) => {
    const [inner, outer] = [near[LARGEST], near[LAST]]
    return inner && outer ? [Math.log(outer.distance / inner.distance)] : []
  })
  let [expected, found] = [0, 0]
  for (let k = LARGEST + 1; k <= LAST; k++) expected += 1 / k
  for (const ratio of ratios) found += ratio / ratios.length
  return ratios.length > 0 ? expected / found : Infinity
}

/** The rows before the widest gap; none if it is no wider than chance makes it. */
function groupOf(near: readonly Neighbour[], least: number): readonly Neighbour[] {
  let [widest, size] = [0, 0]
  for (let k = 1; k <= LARGEST; k++) {
    const gap = k * Math.log((near[k]?.distance ?? 0) / (near[k - 1]?.distance ?? 0))
    if (gap > widest) [widest, size] = [gap, k]
  }
  return widest > least ? near.slice(0, size) : []
}

function partsOf({ splits }: Dataset): Map<number, number> {
  const parts = [splits.train, splits.validation, splits.test]
  return new Map(parts.flatMap((rows, part) => [...rows].map((row) => [row, part] as const)))
}
