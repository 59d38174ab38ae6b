// The metrics that gates name of one class, of segments of the rows, or of both.
import { gatherRows } from '../data/batches.ts'
import { ofClass, ranksRows, type MetricName, type Metrics, type RowValues } from '../records/metrics.ts'
import { sameSubset, type Segment, type Subset, type SubsetMetrics } from '../records/subsets.ts'
import { classMetric } from './class-metrics.ts'
import type { RunContext } from './context.ts'
import { predictionsOf } from './evaluate.ts'
import { computeMetrics } from './metrics.ts'
import { groupCount, rowValues } from './row-evidence.ts'
import { rounded } from './round.ts'

/** What was predicted for the rows of a split. */
interface Predicted {
  readonly outputs: Float32Array
  readonly rows: Int32Array
}

/** A subset with the metrics that gates name of it. */
interface Named {
  readonly subset: Subset
  readonly metrics: readonly MetricName[]
}

/**
 * The metrics of the workload's subsets. Every value that a column has anywhere is a segment, so that one without test rows shows too.
 *
 * @param test null if the run reads no test rows
 */
export const subsetMetrics = (context: RunContext, validation: Predicted, test: Predicted | null): SubsetMetrics[] =>
  subsetsOf(context).map((named) => ({
    ...named.subset,
    rows: {
      validation: countedRows(context, named.subset, validation).length,
      test: test ? countedRows(context, named.subset, test).length : 0,
    },
    ...(test ? { ...groupsOf(context, named.subset, test), ...rarerIn(context, named, test) } : {}),
    validation: metricsOn(context, named, validation),
    test: test && metricsOn(context, named, test),
    ...(test && context.data.rowsVary ? evidenceOf(context, named, test) : {}),
  }))

/** The rows that count as those of the subset. */
const countedRows = (context: RunContext, subset: Subset, split: Predicted): Int32Array =>
  rowsAt(split, ofItsClass(context, subset, split.rows, positionsIn(context, subset, split.rows)))

function groupsOf(context: RunContext, subset: Subset, test: Predicted): { readonly groups?: number } {
  const groups = groupCount(context.data, countedRows(context, subset, test))
  return groups === null ? {} : { groups }
}

/** Test rows of the rarer side of a metric that ranks rows of different classes. */
function rarerIn(context: RunContext, { subset, metrics }: Named, test: Predicted): { readonly rarer?: number } {
  const { classes } = context.workload.data
  if (!classes || !metrics.some(ranksRows)) return {}
  const labels = Array.from(rowsAt(test, positionsIn(context, subset, test.rows)), (row) => context.data.targets[row] ?? -1)
  const counts = classes.map((_, label) => labels.filter((own) => own === label).length)
  if (subset.class === undefined) return { rarer: Math.min(...counts) }
  const own = counts[labelOf(context, subset.class)] ?? 0
  return { rarer: Math.min(own, labels.length - own) }
}

/** Every subset once, with all metrics that are asked of it. */
function subsetsOf({ workload, data }: RunContext): Named[] {
  const found: { readonly subset: Subset; readonly metrics: Set<MetricName> }[] = []
  for (const { metric, class: named, segments } of workload.subsets ?? []) {
    const ofOne: Subset = named === undefined ? {} : { class: named }
    const subsets = segments
      ? segments.flatMap((column) => segmentsOf(data, column).map((segment) => ({ ...ofOne, segment })))
      : [ofOne]
    for (const subset of subsets) {
      const known = found.find((one) => sameSubset(one.subset, subset))
      if (known) known.metrics.add(metric)
      else found.push({ subset, metrics: new Set([metric]) })
    }
  }
  return found.map(({ subset, metrics }) => ({ subset, metrics: [...metrics] }))
}

function segmentsOf({ segments = [] }: RunContext['data'], column: string): Segment[] {
  const found = segments.find(({ name }) => name === column)
  if (!found) throw new Error(`the data have no segments by ${column}`)
  return found.levels.map((level) => ({ column, level }))
}

/** Positions in a list of rows of those in the segment: all rows without one. */
function positionsIn({ data }: RunContext, { segment }: Subset, rows: Int32Array): Int32Array {
  const all = Int32Array.from(rows.keys())
  if (!segment) return all
  const column = data.segments?.find(({ name }) => name === segment.column)
  const code = column?.levels.indexOf(segment.level)
  return all.filter((i) => column?.codes[rows[i] ?? -1] === code)
}

const labelOf = ({ workload }: RunContext, name: string): number => workload.data.classes?.indexOf(name) ?? -1

/** Those of the positions whose rows have the class of the subset; all without one. */
function ofItsClass(context: RunContext, subset: Subset, rows: Int32Array, positions: Int32Array): Int32Array {
  if (subset.class === undefined) return positions
  const label = labelOf(context, subset.class)
  return positions.filter((i) => context.data.targets[rows[i] ?? -1] === label)
}

const rowsAt = ({ rows }: Predicted, positions: Int32Array): Int32Array => positions.map((i) => rows[i] ?? -1)

function metricsOn(context: RunContext, { subset, metrics }: Named, split: Predicted): Metrics {
  const positions = positionsIn(context, subset, split.rows)
  return Object.fromEntries(
    metrics.flatMap((metric) => {
      const value = metricAt(context, metric, subset, split, positions)
      return value === undefined ? [] : [[metric, value]]
    }),
  )
}

/** Undefined if the rows do not define it: there are none, or the metric compares different answers and all are equal. */
function metricAt(
  context: RunContext,
  metric: MetricName,
  subset: Subset,
  { outputs, rows }: Predicted,
  positions: Int32Array,
): number | undefined {
  if (positions.length === 0) return undefined
  const width = outputs.length / rows.length
  const own = rowsAt({ outputs, rows }, positions)
  const of = predictionsOf(context, gatherRows(outputs, width, positions), own)
  if (subset.class !== undefined) {
    const value = classMetric(metric, of, labelOf(context, subset.class))
    return value === undefined ? undefined : rounded(value)
  }
  if (comparesAnswers.includes(metric) && of.targets.every((target) => target === of.targets[0])) return undefined
  return computeMetrics(context.workload.task, of, context.data.targetScale, [metric])[metric]
}

/** Metrics that rows with equal answers do not define. */
const comparesAnswers: readonly MetricName[] = ['auroc', 'averagePrecision', 'kappa', 'r2']

/** How much each metric depends on the test rows. Of a class's own rows, only those are dealt out to groups. */
function evidenceOf(context: RunContext, { subset, metrics }: Named, test: Predicted): Pick<SubsetMetrics, 'testRows'> {
  const positions = positionsIn(context, subset, test.rows)
  const found: RowValues = Object.fromEntries(
    metrics.flatMap((metric) => {
      const within = subset.class !== undefined && ofClass(metric) === 'its-rows'
      const own = within ? ofItsClass(context, subset, test.rows, positions) : positions
      const values = rowValues(context.data, rowsAt(test, own), (kept) => {
        const at = kept.map((i) => own[i] ?? -1)
        const value = metricAt(context, metric, subset, test, at)
        return value === undefined ? {} : { [metric]: value }
      })
      return Object.entries(values)
    }),
  )
  return Object.keys(found).length > 0 ? { testRows: found } : {}
}
