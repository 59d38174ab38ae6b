import { gatherRows } from '../data/batches.ts'
import { isMeanOverRows } from '../records/metrics.ts'
import type { CompleteRun } from '../records/run.ts'
import type { RunContext } from './context.ts'
import { metricsOf, predict } from './evaluate.ts'
import type { Checkpoint, Learner } from './learner.ts'
import { mistakeCost } from './metrics.ts'

/** The most groups of validation rows: 31 degrees of freedom are enough, and a journal stays small. */
const mostGroups = 32

type Evidence = Pick<NonNullable<CompleteRun['best']>, 'rowGroups' | 'mistakeCost'>

/**
 * How much the objective of a checkpoint depends on which validation rows were drawn: its value on groups of the rows, and
 * what a mistake would cost that these rows do not show. Empty if the objective is no mean over rows. Leaves the learner at
 * the checkpoint.
 */
export function rowEvidence(context: RunContext, learner: Learner, best: Checkpoint): Evidence {
  const { objective } = context.workload
  const rows = context.data.splits.validation
  const count = Math.min(mostGroups, rows.length)
  if (!isMeanOverRows(objective) || count < 2) return {}
  learner.restore(best)
  const outputs = predict(context, learner.state, rows)
  const width = outputs.length / rows.length
  const rowGroups = Array.from({ length: count }, (_, group) => {
    const own = Int32Array.from({ length: Math.ceil((rows.length - group) / count) }, (_, i) => group + i * count)
    const some = Float32Array.from(
      { length: own.length * width },
      (_, i) => outputs[(own[Math.floor(i / width)] ?? 0) * width + (i % width)] ?? NaN,
    )
    return (
      metricsOf(
        context,
        some,
        own.map((i) => rows[i] ?? 0),
      )[objective] ?? NaN
    )
  })
  const targets = gatherRows(context.data.targets, 1, rows)
  return { rowGroups, ...(objective === 'nll' ? { mistakeCost: mistakeCost({ outputs, targets, width }) } : {}) }
}
