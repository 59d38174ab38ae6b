import { rowCount, targetWidth } from '../../base/rows.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { allRows, type CheckedColumn, columnsOf, sampled, valuesOf } from './methods/columns.ts'
import { Distances, type Neighbour } from './methods/distances.ts'

/** Rows and values that are examined, and rows whose neighbors are. */
const [MOST_ROWS, MOST_CELLS, QUERIES] = [4000, 4_000_000, 300]
const FEWEST_ROWS = 100
/** Groups have at most one row more than this; the neighbors from here to LAST show how rows spread between groups. */
const [LARGEST, LAST] = [9, 19]
/** The nearest rows that are compared with those between groups. */
const NEAR = 3
/** Probability of such a gap among independent rows, and the share of the rows that must have one. */
const [CHANCE, SHARE] = [0.01, 0.2]
/** Share of the nearest rows that agree although nothing but a common source explains it. */
const AGREEING = 0.15
/** Numbers with at least so many values, and how many of them it takes: categories alone fall into cells. */
const [FEWEST_VALUES, FEWEST_MEASURED] = [10, 4]

/**
 * Finds groups that no column names: repeated measurements of one patient, several pictures of one thing. Rows of a group
 * differ a little in what was measured, and share the label and all categories. Two lines of evidence:
 *
 * 1. Rows of a group are close to each other and far from all others, so the distances to the nearest rows have a gap. Among
 *    independent rows in m dimensions, m k ln(d(k + 1) / d(k)) is exponential for each k, d(k) being the distance to the
 *    k-th nearest row (Levina and Bickel 2004). That the k rows before the gap agree with this one by chance has the
 *    probability a^k, so that −k ln a is added where they do. A row has a group if the largest sum of nine is one that
 *    independent rows reach once in a hundred.
 * 2. Where groups overlap, there is no gap, but the nearest rows agree far more often than those further away.
 *
 * Near rows of honest data agree more than far ones too, and `mostAgreeing` bounds how much more. The dimension m and the
 * agreement of far rows are taken from the tenth to the nineteenth neighbor, where groups end.
 */
export const siblings: CheckDefinition = {
  name: 'siblings',
  schema: {
    title: 'Siblings',
    description:
      'Rows that seem to be repeated measurements of one source, in two parts of the split, although no column names the ' +
      'source: their nearest rows are far closer than all others, or share label and categories far more often.',
  },
  severity: 'warn',
  ofInputs: true,
  find,
}

function find(dataset: Dataset): Found[] {
  const { vocabulary, features, keys } = dataset
  const rows = sampled(allRows(dataset), Math.min(MOST_ROWS, Math.floor(MOST_CELLS / features.length)), 'siblings')
  // A sample of the rows breaks groups up, and a declared group is whole.
  if (vocabulary || rows.length < Math.max(FEWEST_ROWS, rowCount(dataset) / 2) || keys.some(({ declared }) => declared))
    return []
  const columns = columnsOf(dataset)
  const measured = columns.filter(
    (column) => column.width === 1 && new Set(valuesOf(dataset, column, rows)).size >= FEWEST_VALUES,
  )
  if (measured.length < FEWEST_MEASURED) return []
  const use = new Set(measured.map(({ first }) => first))
  const distances = new Distances(
    dataset,
    rows,
    features.map((_, i) => use.has(i)),
  )
  const shared = sharedBy(
    dataset,
    columns.filter((column) => !measured.includes(column)),
    rows,
  )
  const queries = Array.from({ length: Math.min(QUERIES, rows.length) }, (_, row) =>
    queryOf(shared, row, distances.neighbours(row, LAST + 1)),
  )
  const full = queries.filter(({ near }) => near.length > LAST)
  if (full.length < queries.length / 2) return []
  const evidence = gaps(full) ?? agreement(full)
  if (!evidence) return []
  const partOf = partsOf(dataset)
  const torn = evidence.groups.flatMap(({ row, group }) => {
    const own = partOf.get(rows[row] ?? -1)
    return group.some(({ at }) => partOf.get(rows[at] ?? -1) !== own) ? [rows[row] ?? 0] : []
  })
  if (torn.length === 0) return []
  const message =
    `rows seem to repeat a source that no column names: ${evidence.sentence}; ` +
    `${counted(torn.length, 'row')} have such a row in another part of the split, and a score there measures memory; add a ` +
    'column that names the source (a person, a place, a picture), and set split.groupBy to it'
  return [{ message, rows: torn.sort((a, b) => a - b) }]
}

/** A row, its nearest others, and which of these have the same label and categories. */
interface Query {
  readonly row: number
  readonly near: readonly Neighbour[]
  readonly agrees: readonly boolean[]
}

interface Evidence {
  readonly sentence: string
  /** Rows with those that seem to have the same source. */
  readonly groups: readonly { readonly row: number; readonly group: readonly Neighbour[] }[]
}

/** Label and categories of each row as a text. */
function sharedBy(dataset: Dataset, categories: readonly CheckedColumn[], rows: Int32Array): string[] {
  const values = categories.map((column) => valuesOf(dataset, column, rows))
  const width = targetWidth(dataset)
  return Array.from(rows, (row, at) =>
    [...dataset.targets.subarray(row * width, (row + 1) * width), ...values.map((own) => own[at])].join(),
  )
}

const queryOf = (shared: readonly string[], row: number, near: readonly Neighbour[]): Query => ({
  row,
  near,
  agrees: near.map(({ at }) => shared[at] === shared[row]),
})

/** The dimension in which groups spread around a row, from the neighbors beyond any group. */
function dimensionOf(queries: readonly Query[]): number {
  let [expected, found] = [0, 0]
  for (let k = LARGEST + 1; k <= LAST; k++) expected += 1 / k
  for (const { near } of queries)
    found += Math.log((near[LAST]?.distance ?? 0) / (near[LARGEST]?.distance ?? 0)) / queries.length
  return expected / found
}

const shareOf = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length

/** Share of the rows between groups that agree. */
const farAgreement = ({ agrees }: Query): number => shareOf(agrees.slice(LARGEST, LAST))

const meanOf = (queries: readonly Query[], value: (query: Query) => number): number =>
  queries.reduce((sum, query) => sum + value(query), 0) / queries.length

/**
 * The share of the nearest rows that may agree without a common source, by the share of the far ones. At a smooth border
 * between two labels, rows that disagree become fewer with the distance at most in proportion; and of labels that are cut
 * finely, rows that agree become more at most in that proportion. In m dimensions, the distance to the k-th nearest row
 * grows with the m-th root of k.
 */
function mostAgreeing(far: number, dimension: number): number {
  const distances = ((1 + NEAR) / 2 / ((LARGEST + 1 + LAST) / 2)) ** (1 / dimension)
  return Math.min(1 - distances * (1 - far), far / distances)
}

/** Distances with a gap, before which rows agree, in a fifth of the rows. */
function gaps(queries: readonly Query[]): Evidence | undefined {
  const dimension = dimensionOf(queries)
  const overall = meanOf(queries, farAgreement)
  const groups = queries.flatMap((query) => {
    // The ten far rows of this row, and two that stand for those of all rows.
    const far = (10 * farAgreement(query) + 2 * overall) / 12
    const group = groupOf(query, dimension, Math.max(mostAgreeing(far, dimension), 0.001))
    return group.length > 0 ? [{ row: query.row, group }] : []
  })
  const share = groups.length / queries.length
  if (!(share >= SHARE)) return undefined
  const sentence =
    `of ${Math.round(100 * share)} % of ${counted(queries.length, 'row')}, a few rows are far closer than all others, or agree ` +
    `with it in label and categories besides, where independent rows give ${Math.round(100 * CHANCE)} %`
  return { sentence, groups }
}

/** The rows before the gap that stands out most; none if it does no more than chance makes it. */
function groupOf({ near, agrees }: Query, dimension: number, agreeing: number): readonly Neighbour[] {
  const disagrees = agrees.indexOf(false)
  const together = disagrees < 0 ? near.length : disagrees
  let [most, size] = [0, 0]
  for (let k = 1; k <= LARGEST; k++) {
    const gap = dimension * k * Math.log((near[k]?.distance ?? 0) / (near[k - 1]?.distance ?? 0))
    const sum = gap - (k <= together ? k * Math.log(agreeing) : 0)
    if (sum > most) [most, size] = [sum, k]
  }
  // For each size there are two ways to stand out, with agreement and without.
  return most > Math.log((2 * LARGEST) / CHANCE) ? near.slice(0, size) : []
}

/** The nearest rows agree more often than a smooth course of labels and categories explains. */
function agreement(queries: readonly Query[]): Evidence | undefined {
  const near = meanOf(queries, ({ agrees }) => shareOf(agrees.slice(0, NEAR)))
  const most = mostAgreeing(meanOf(queries, farAgreement), dimensionOf(queries))
  if (!(near - most >= AGREEING)) return undefined
  const sentence =
    `${Math.round(100 * near)} % of the nearest ${NEAR} rows have the same label and categories, where rows further away ` +
    `explain at most ${Math.round(100 * most)} %`
  const groups = queries.map(({ row, near, agrees }) => ({ row, group: near.slice(0, NEAR).filter((_, i) => agrees[i]) }))
  return { sentence, groups }
}

function partsOf({ splits }: Dataset): Map<number, number> {
  const parts = [splits.train, splits.validation, splits.test]
  return new Map(parts.flatMap((rows, part) => [...rows].map((row) => [row, part] as const)))
}
