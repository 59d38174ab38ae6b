import { printable } from '../base/printable.ts'
import { isPossible } from '../records/metric-ranges.ts'
import { isMeanOverRows, type MetricName, type Metrics } from '../records/metrics.ts'
import {
  partName,
  partOf,
  partWords,
  samePart,
  type Part,
  type SubsetMetrics,
  type SubsetRequest,
} from '../records/subsets.ts'
import type { DataFacts } from '../records/plan.ts'

/** The most that two values may differ if each was rounded to six digits. */
const loose = 3e-5

/**
 * What cannot be true of the metrics of classes and segments, as a clause; undefined if nothing. Every row is in one segment
 * of a column, so segments have all rows, and a metric that is a mean over rows is the mean of theirs.
 *
 * @param requests what the gates ask of runs: every class and every column must be there, and nothing else
 */
export function impossibleSubsets(
  subsets: readonly SubsetMetrics[],
  test: Metrics | null,
  rows: Pick<DataFacts['rows'], 'validation' | 'test'>,
  requests: readonly SubsetRequest[],
): string | undefined {
  const unasked = otherThanAsked(subsets, requests)
  if (unasked !== undefined) return unasked
  for (const one of subsets) {
    if (one.rows.test > rows.test || one.rows.validation > rows.validation) return 'has a part with more rows than there are'
    const wrong = Object.entries({ ...one.validation, ...one.test }).find(([name, v]) => !isPossible(name as MetricName, v))
    if (wrong) return `has a ${wrong[0]} of ${wrong[1]} in a part of the rows`
  }
  const columns = new Set(requests.flatMap(({ segments = [] }) => segments))
  for (const column of columns) {
    const own = subsets.filter((one) => one.segment?.column === column && partName(one) === undefined)
    const all = own.reduce((sum, one) => sum + one.rows.test, 0)
    if (own.length > 0 && all !== rows.test)
      return `has segments with ${all} rows together, but there are ${rows.test} test rows`
    const off = test && (Object.keys(test) as MetricName[]).find((name) => isOff(name, own, test[name], rows.test))
    if (off) return `has a test ${off} that its segments do not have together`
  }
  return undefined
}

function otherThanAsked(subsets: readonly SubsetMetrics[], requests: readonly SubsetRequest[]): string | undefined {
  const asked = requests.flatMap(({ segments, ...request }): Asked[] => {
    const part = partOf(request)
    return segments ? segments.map((column) => ({ part, column })) : [{ part, column: undefined }]
  })
  const isPart = (one: SubsetMetrics, { part, column }: Asked): boolean =>
    samePart(one, part) && one.segment?.column === column
  const foreign = subsets.some((one) => !asked.some((part) => isPart(one, part)))
  if (foreign) return 'has values of a class, a target or segments that no gate asks for'
  const missing = asked.find((part) => !subsets.some((one) => isPart(one, part)))
  if (!missing) return undefined
  const of = partName(missing.part) === undefined ? '' : ` of ${partWords(missing.part)}`
  return missing.column === undefined ? `has no values${of}` : `has no segments${of} of ${printable(missing.column, 60)}`
}

/** A class or target, the segments of a column, or those of a class or target. */
interface Asked {
  readonly part: Part
  readonly column: string | undefined
}

function isOff(name: MetricName, segments: readonly SubsetMetrics[], whole: number | undefined, rows: number): boolean {
  const known = segments.filter((one) => one.rows.test > 0)
  if (whole === undefined || !isMeanOverRows(name) || known.some((one) => one.test?.[name] === undefined)) return false
  const together = known.reduce((sum, one) => sum + one.rows.test * (one.test?.[name] ?? NaN), 0) / rows
  return known.length > 0 && Math.abs(together - whole) > loose * Math.max(Math.abs(together), Math.abs(whole))
}
