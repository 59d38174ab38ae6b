// The metrics that gates name of one class or target, of segments of the rows, or of both.
import { targetWidth } from '../base/rows.ts'
import { isOnRowsOfLabel, ofClass, ranksRows, type MetricName, type Metrics, type RowValues } from '../records/metrics.ts'
import { partOf, sameSubset, type Segment, type Subset, type SubsetMetrics } from '../records/subsets.ts'
import { classMetric } from './class-metrics.ts'
import type { RunContext } from './context.ts'
import { predictedAt, predictionsOf, type Predicted } from './evaluate.ts'
import { whyUndefined } from './defined.ts'
import { labelCounts } from './label-metrics.ts'
import { computeMetrics } from './metrics.ts'
import { groupCount, rowValues } from './row-evidence.ts'
import { rounded } from './round.ts'
import { targetMetric } from './target-metrics.ts'

/** A subset with the metrics that gates name of it. */
interface Named {
  readonly subset: Subset
  readonly metrics: readonly MetricName[]
}

/**
 * The metrics of the workload's subsets. Every value that a column has anywhere is a segment, so that one without test rows
 * shows too.
 *
 * @param test null if the run reads no test rows
 */
export const subsetMetrics = (context: RunContext, validation: Predicted, test: Predicted | null): SubsetMetrics[] =>
  subsetsOf(context).map((named) => {
    const [onValidation, onTest] = [inSegment(context, named, validation), test && inSegment(context, named, test)]
    const counted = onTest && ofItsClass(context, named, onTest).rows
    return {
      ...named.subset,
      rows: { validation: ofItsClass(context, named, onValidation).rows.length, test: counted?.length ?? 0 },
      ...(counted ? groupsOf(context, counted) : {}),
      ...(onTest ? rarerIn(context, named, onTest) : {}),
      validation: metricsOn(context, named, onValidation),
      test: onTest && metricsOn(context, named, onTest),
      ...(onTest && context.data.rowsVary ? evidenceOf(context, named, onTest) : {}),
    }
  })

function groupsOf({ data }: RunContext, rows: Int32Array): { readonly groups?: number } {
  const groups = groupCount(data, rows)
  return groups === null ? {} : { groups }
}

/** Test rows of the rarer side of a metric that ranks rows of different classes. */
function rarerIn(
  context: RunContext,
  { subset, metrics }: Named,
  { outputs, rows }: Predicted,
): { readonly rarer?: number } {
  const { classes } = context.workload.data
  if (!metrics.some(ranksRows)) return {}
  if (subset.target !== undefined) {
    const yes = Array.from(rows).filter(hasLabel(context, subset.target)).length
    return { rarer: Math.min(yes, rows.length - yes) }
  }
  if (context.workload.task === 'multi-label') {
    const each = labelCounts(predictionsOf(context, outputs, rows))
    return { rarer: Math.min(...each.map(({ rows: all, yes }) => Math.min(yes, all - yes))) }
  }
  if (!classes) return {}
  const labels = Array.from(rows, (row) => context.data.targets[row] ?? -1)
  const counts = classes.map((_, label) => labels.filter((own) => own === label).length)
  if (subset.class === undefined) return { rarer: Math.min(...counts) }
  const own = counts[labelOf(context, subset.class)] ?? 0
  return { rarer: Math.min(own, labels.length - own) }
}

/** Every subset once, with all metrics that are asked of it. */
function subsetsOf({ workload, data }: RunContext): Named[] {
  const found: { readonly subset: Subset; readonly metrics: Set<MetricName> }[] = []
  for (const { metric, segments, ...part } of workload.subsets ?? []) {
    const ofOne: Subset = partOf(part)
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

/** The part in the segment: all of it without one. */
function inSegment({ data }: RunContext, { subset: { segment } }: Named, split: Predicted): Predicted {
  if (!segment) return split
  const column = data.segments?.find(({ name }) => name === segment.column)
  const code = column?.levels.indexOf(segment.level)
  return where(split, (row) => column?.codes[row] === code)
}

const labelOf = ({ workload }: RunContext, name: string): number => workload.data.classes?.indexOf(name) ?? -1

const targetIndex = ({ workload }: RunContext, name: string): number => workload.data.targets?.indexOf(name) ?? -1

/** Whether a label applies to a row. */
const hasLabel = (context: RunContext, name: string): ((row: number) => boolean) => {
  const [k, width] = [targetIndex(context, name), targetWidth(context.data)]
  return (row) => context.data.targets[row * width + k] === 1
}

/** The part whose rows have the class or label of the subset: all of it without one, and for a target of a regression. */
function ofItsClass(context: RunContext, { subset }: Named, part: Predicted): Predicted {
  if (subset.target !== undefined)
    return context.workload.task === 'multi-label' ? where(part, hasLabel(context, subset.target)) : part
  if (subset.class === undefined) return part
  const label = labelOf(context, subset.class)
  return where(part, (row) => context.data.targets[row] === label)
}

const where = (split: Predicted, has: (row: number) => boolean): Predicted =>
  predictedAt(
    split,
    Int32Array.from(split.rows.keys()).filter((i) => has(split.rows[i] ?? -1)),
  )

const metricsOn = (context: RunContext, { subset, metrics }: Named, part: Predicted): Metrics =>
  Object.fromEntries(
    metrics.flatMap((metric) => {
      const value = metricOf(context, metric, subset, part)
      return value === undefined ? [] : [[metric, value]]
    }),
  )

/** Undefined if the rows do not define it: there are none, or the metric compares different answers and all are equal. */
function metricOf(
  context: RunContext,
  metric: MetricName,
  subset: Subset,
  { outputs, rows }: Predicted,
): number | undefined {
  if (rows.length === 0) return undefined
  const of = predictionsOf(context, outputs, rows)
  if (subset.class !== undefined) {
    const value = classMetric(metric, of, labelOf(context, subset.class))
    return value === undefined ? undefined : rounded(value)
  }
  const { task } = context.workload
  if (subset.target !== undefined) {
    const k = targetIndex(context, subset.target)
    return k < 0 ? undefined : targetMetric(task, metric, of, k, context.data.targetScale)
  }
  if (whyUndefined(task, metric, of.targets, of.width) !== undefined) return undefined
  return computeMetrics(task, of, context.data.targetScale, [metric])[metric]
}

/** Whether a metric of a class or label is measured on its rows alone. */
const isOnItsRows = (metric: MetricName, { class: named, target }: Subset): boolean =>
  named !== undefined ? ofClass(metric) === 'its-rows' : target !== undefined && isOnRowsOfLabel(metric)

/** How much each metric depends on the test rows. Of a class's own rows, only those are dealt out to groups. */
function evidenceOf(context: RunContext, named: Named, test: Predicted): Pick<SubsetMetrics, 'testRows'> {
  const { subset, metrics } = named
  const found: RowValues = Object.fromEntries(
    metrics.flatMap((metric) => {
      const within = isOnItsRows(metric, subset)
      const part = within ? ofItsClass(context, named, test) : test
      const values = rowValues(context.data, part.rows, (kept) => {
        const value = metricOf(context, metric, subset, predictedAt(part, kept))
        return value === undefined ? {} : { [metric]: value }
      })
      return Object.entries(values)
    }),
  )
  return Object.keys(found).length > 0 ? { testRows: found } : {}
}
