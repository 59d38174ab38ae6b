import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { targetWidth } from '../base/rows.ts'
import { isOnSubset } from '../compile/subsets.ts'
import { counted } from '../data/problems.ts'
import type { Dataset } from '../data/types.ts'
import type { Locate, SpecPath } from '../dsl/parse.ts'
import { gateOf } from '../gates/index.ts'
import type { MetricName } from '../records/metrics.ts'
import type { Plan } from '../records/plan.ts'
import { gatherRows } from '../data/batches.ts'
import { whyUndefined } from '../train/defined.ts'

/** A metric, where the spec names it, and the rows that it is measured on. */
interface Named {
  readonly metric: MetricName
  readonly path: SpecPath
  readonly split: 'validation' | 'test'
}

/**
 * Checks before training that the rows of a split define the objective and the metrics of gates: an area under the ROC curve
 * of rows that are all of one class would be 0.5 by convention, and say nothing of the model.
 *
 * @param places of the gates in the spec, in the order of the plan
 * @throws InputError with every metric that has no value
 */
export function requireDefined(
  plan: Pick<Plan, 'gates'> & { readonly workload: { readonly objective: MetricName } },
  dataset: Dataset,
  places: readonly SpecPath[],
  locate: Locate,
): void {
  const gates = plan.gates.flatMap((rule, i): Named[] => {
    const measured = gateOf(rule).measures(rule)
    if (!measured || isOnSubset(measured)) return []
    return [{ metric: measured.metric, path: [...(places[i] ?? ['gates']), 'metric'], split: measured.split }]
  })
  const objective: Named = { metric: plan.workload.objective, path: ['objective'], split: 'validation' }
  const problems = [objective, ...gates].flatMap((named) => undefinedIn(dataset, named, locate))
  if (problems.length > 0) throw new InputError(problems)
}

function undefinedIn(dataset: Dataset, { metric, path, split }: Named, locate: Locate): Diagnostic[] {
  const { splits, folds, targets, task } = dataset
  const width = targetWidth(dataset)
  for (const rows of [splits[split], ...(split === 'validation' ? folds : [])]) {
    const why = rows.length === 0 ? undefined : whyUndefined(task, metric, gatherRows(targets, width, rows), width)
    if (why === undefined) continue
    return [
      {
        code: 'data/undefined-metric',
        severity: 'error',
        at: locate(path),
        message: `the metric ${metric} has no value on the ${split} rows: ${why}`,
        found: counted(rows.length, `${split} row`),
        hint: 'split the rows in another way, or name another metric',
      },
    ]
  }
  return []
}
