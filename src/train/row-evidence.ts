import { isMeanOverRows, type Metrics, type RowValues } from '../records/metrics.ts'
import type { CompleteRun } from '../records/run.ts'
import type { RunContext } from './context.ts'
import { metricsOf, predictedAt, predictionsOf, type Predicted } from './evaluate.ts'
import { labelMistakeCost } from './label-metrics.ts'
import { mistakeCost } from './metrics.ts'
import type { Predictions } from './predicted.ts'
import type { TrainingData } from './types.ts'

/** The most groups of rows. A comparison of stages keeps one metric, a verification keeps all of them. */
const [mostGroups, mostTestGroups] = [32, 20]

type Evidence = Pick<NonNullable<CompleteRun['best']>, 'rowGroups' | 'mistakeCost'>

/** Whether there is evidence to compute: the objective is a mean over rows, and there are at least two rows. */
export const hasRowEvidence = ({ workload, data }: RunContext): boolean =>
  isMeanOverRows(workload.objective) && data.splits.validation.length > 1

/**
 * How much the objective of a model depends on which validation rows were drawn: its value on groups of the rows, and what a
 * mistake would cost that these rows do not show.
 *
 * @param outputs outputs of the validation rows
 */
export function rowEvidence(context: RunContext, outputs: Float32Array): Evidence {
  const { objective } = context.workload
  const rows = context.data.splits.validation
  const all = predictionsOf(context, outputs, rows)
  const groups = groupsOf(rows, context.data, mostGroups)
  const rowGroups = groups.map((own) => metricsOn(context, { outputs, rows }, own)[objective] ?? NaN)
  return {
    ...(groups.length > 1 ? { rowGroups } : {}),
    ...(objective === 'nll' ? { mistakeCost: costOf(context, all) } : {}),
  }
}

const costOf = ({ workload }: RunContext, all: Predictions): number =>
  workload.task === 'multi-label' ? labelMistakeCost(all) : mistakeCost(all)

/**
 * How much the metrics of a model depend on which test rows were drawn; see `rowValues`. Nothing if no metric has values.
 *
 * @param outputs outputs of the test rows
 */
export function testEvidence(
  context: RunContext,
  outputs: Float32Array,
): Pick<NonNullable<CompleteRun['best']>, 'testRows'> {
  const rows = context.data.splits.test
  const testRows = rowValues(context.data, rows, (positions) => metricsOn(context, { outputs, rows }, positions))
  return Object.keys(testRows).length > 0 ? { testRows } : {}
}

/**
 * The values of metrics by rows, from leaving out each of 20 groups of them in turn. Metrics that some of the rows do not
 * define, such as a recall without rows of a class, are left out. Nothing if there are fewer than three groups.
 *
 * @param metricsAt metrics of the rows at these positions in the list
 */
export function rowValues(
  data: Pick<TrainingData, 'clusters'>,
  rows: Int32Array,
  metricsAt: (positions: Int32Array) => Metrics,
): RowValues {
  const groups = groupsOf(rows, data, mostTestGroups)
  if (groups.length < 3) return {}
  const all = Int32Array.from(rows.keys())
  const whole = metricsAt(all)
  const without = groups.map((own) => {
    const left = new Set(own)
    return metricsAt(all.filter((i) => !left.has(i)))
  })
  const names = Object.keys(whole) as (keyof Metrics)[]
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = without.map((rest) => pseudoValue(whole[name] ?? NaN, rest[name] ?? NaN, groups.length))
      return values.every(Number.isFinite) ? [[name, values]] : []
    }),
  )
}

/** Number of different groups that rows are in; null if every row stands for itself. */
export const groupCount = ({ clusters }: Pick<TrainingData, 'clusters'>, rows: Int32Array): number | null =>
  clusters ? new Set(rows.map((row) => clusters[row] ?? -1)).size : null

/** What a group adds to a metric. Five digits are more than the spread of 20 values knows, and keep locks short. */
export const pseudoValue = (whole: number, without: number, groups: number): number =>
  Number((groups * whole - (groups - 1) * without).toPrecision(5))

/**
 * Positions in a list of rows, dealt out in turn to groups of about the same size: one a row, or one a cluster, if there are
 * few.
 */
function groupsOf(rows: Int32Array, { clusters }: Pick<TrainingData, 'clusters'>, most: number): Int32Array[] {
  const places = new Map<number, number>()
  const groupOf = (row: number, i: number): number => {
    if (!clusters) return i
    const cluster = clusters[row] ?? -1
    if (!places.has(cluster)) places.set(cluster, places.size)
    return places.get(cluster) ?? 0
  }
  const found = Array.from(rows, groupOf)
  const count = Math.min(most, clusters ? places.size : rows.length)
  const groups = Array.from({ length: count }, (): number[] => [])
  found.forEach((place, i) => groups[place % count]?.push(i))
  return groups.map((group) => Int32Array.from(group))
}

function metricsOn(context: RunContext, split: Predicted, positions: Int32Array): Metrics {
  const { outputs, rows } = predictedAt(split, positions)
  return metricsOf(context, outputs, rows)
}
