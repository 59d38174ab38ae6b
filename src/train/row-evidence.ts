import { gatherRows } from '../data/batches.ts'
import { isMeanOverRows } from '../records/metrics.ts'
import type { CompleteRun } from '../records/run.ts'
import type { RunContext } from './context.ts'
import { metricsOf, predictionsOf } from './evaluate.ts'
import { mistakeCost } from './metrics.ts'

/** The most groups of validation rows: 31 degrees of freedom are enough, and a journal stays small. */
const mostGroups = 32

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
  const count = Math.min(mostGroups, rows.length)
  const rowGroups = Array.from({ length: count }, (_, group) => {
    const own = Int32Array.from({ length: Math.ceil((rows.length - group) / count) }, (_, i) => group + i * count)
    const ofOwn = own.map((i) => rows[i] ?? 0)
    return metricsOf(context, gatherRows(outputs, all.width, own), ofOwn)[objective] ?? NaN
  })
  return { rowGroups, ...(objective === 'nll' ? { mistakeCost: mistakeCost(all) } : {}) }
}
