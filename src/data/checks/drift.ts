import { listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { columnsOf, sampled, valuesOf, type CheckedColumn } from './methods/columns.ts'
import { associationOf, holmRejects, kolmogorovSmirnov, stability, type Comparison } from './methods/two-samples.ts'

/** Probability of even one false finding over all columns and parts of a random split. */
const ALPHA = 0.001
/** Distances above which a difference matters: Cramér's V or Kolmogorov–Smirnov's D of the label, of an input, and PSI. */
const LABEL = 0.15
const INPUT = 0.2
const PSI = 0.1
/** Rows of each part that are examined: enough to detect any difference that matters. */
const MOST_ROWS = 2000
const FEWEST_ROWS = 20

/**
 * Finds a label or inputs that are distributed differently in validation or test than in training, so a score there
 * describes other data. A difference is a finding if it is large and significant after Holm's correction over all
 * comparisons. Size alone would warn about every small part, significance alone about every large one.
 */
export const drift: CheckDefinition = {
  name: 'drift',
  schema: {
    title: 'Drift',
    description: 'A label or input that differs strongly between training and validation or test, and not by chance.',
  },
  severity: 'warn',
  find,
}

function find(dataset: Dataset): Found[] {
  const { train, validation, test } = dataset.splits
  const columns = columnsOf(dataset)
  const compared = [
    ['validation', validation],
    ['test', test],
  ] as const
  const all = compared.flatMap(([part, rows]) =>
    Math.min(rows.length, train.length) < FEWEST_ROWS ? [] : comparePart(dataset, columns, part, rows),
  )
  const rejected = holmRejects(
    all.map(({ p }) => p),
    ALPHA,
  )
  const found = all.filter(({ effect, limit }, i) => rejected[i] === true && effect >= limit)
  return compared.flatMap(([part, rows]) =>
    findingsOf(
      found.filter((c) => c.part === part),
      part,
      Math.max(rows.length, train.length) > MOST_ROWS,
    ),
  )
}

interface Difference extends Comparison {
  readonly part: string
  /** The column's name; null for the label. */
  readonly column: string | null
  readonly measure: string
  readonly limit: number
}

function comparePart(dataset: Dataset, columns: readonly CheckedColumn[], part: string, rows: Int32Array): Difference[] {
  const [inTrain, inPart] = [sampled(dataset.splits.train, MOST_ROWS, 'drift'), sampled(rows, MOST_ROWS, 'drift')]
  const labels = (of: Int32Array): Float32Array => Float32Array.from(of, (row) => dataset.targets[row] ?? 0)
  const label = compare(labels(inTrain), labels(inPart), dataset.classes?.length ?? null, LABEL)
  return [
    ...label.map((c) => ({ ...c, part, column: null })),
    ...columns.flatMap((column) => {
      const levels = column.width > 1 ? column.width : null
      const found = compare(valuesOf(dataset, column, inTrain), valuesOf(dataset, column, inPart), levels, INPUT)
      return found.map((c) => ({ ...c, part, column: column.name }))
    }),
  ]
}

/** Numbers are compared by Kolmogorov–Smirnov and PSI, `levels` categories by Cramér's V. */
function compare(a: Float32Array, b: Float32Array, levels: number | null, limit: number) {
  if (levels !== null) return [{ ...associationOf(countsOf(a, levels), countsOf(b, levels)), measure: "Cramér's V", limit }]
  const [left, right] = [a.sort(), b.sort()]
  return [
    { ...kolmogorovSmirnov(left, right), measure: "Kolmogorov–Smirnov's D", limit },
    { ...stability(left, right), measure: 'PSI', limit: PSI },
  ]
}

function countsOf(codes: Float32Array, levels: number): number[] {
  const counts = new Array<number>(levels).fill(0)
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

function findingsOf(found: readonly Difference[], part: string, isSample: boolean): Found[] {
  const said = ({ measure, effect, limit }: Difference): string => `${measure} ${effect.toFixed(2)}, limit ${limit}`
  // A column may differ by two measures; reporting the first is enough.
  const first = new Map([...found].reverse().map((difference) => [difference.column, difference]))
  const label = first.get(null)
  const inputs = [...first.values()].filter(({ column }) => column !== null).reverse()
  const where = `between training and ${part} rows`
  const sample = isSample ? ` (measured on at most ${MOST_ROWS} rows of each part)` : ''
  const hint = `the split was not drawn at random, or it has few groups${sample}`
  const finding = (message: string): Found => ({ message: `${message}; ${hint}` })
  const names = listed(
    inputs.map((input) => `${input.column} (${said(input)})`),
    5,
  )
  return [
    ...(label ? [finding(`the label differs ${where}: ${said(label)}`)] : []),
    ...(inputs.length > 0 ? [finding(`${counted(inputs.length, 'input')} distributed differently ${where}: ${names}`)] : []),
  ]
}
