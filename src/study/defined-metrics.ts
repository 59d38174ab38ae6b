import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { isOnSubset } from '../compile/subsets.ts'
import { counted } from '../data/problems.ts'
import type { Locate, SpecPath } from '../dsl/parse.ts'
import { gateOf } from '../gates/index.ts'
import type { MetricName } from '../records/metrics.ts'
import type { Plan } from '../records/plan.ts'
import type { MeasuredSplit, UndefinedMetric } from './known-data.ts'

/** A metric, where the spec names it, and the rows that it is measured on. */
interface Named {
  readonly metric: MetricName
  readonly path: SpecPath
  readonly split: MeasuredSplit
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
  known: readonly UndefinedMetric[],
  places: readonly SpecPath[],
  locate: Locate,
): void {
  const gates = plan.gates.flatMap((rule, i): Named[] => {
    const measured = gateOf(rule).measures(rule)
    if (!measured || isOnSubset(measured)) return []
    return [{ metric: measured.metric, path: [...(places[i] ?? ['gates']), 'metric'], split: measured.split }]
  })
  const objective: Named = { metric: plan.workload.objective, path: ['objective'], split: 'validation' }
  const problems = [objective, ...gates].flatMap((named) => undefinedIn(known, named, locate))
  if (problems.length > 0) throw new InputError(problems)
}

function undefinedIn(known: readonly UndefinedMetric[], { metric, path, split }: Named, locate: Locate): Diagnostic[] {
  const found = known.find((one) => one.metric === metric && one.split === split)
  if (!found) return []
  return [
    {
      code: 'data/undefined-metric',
      severity: 'error',
      at: locate(path),
      message: `the metric ${metric} has no value on the ${split} rows: ${found.why}`,
      found: counted(found.rows, `${split} row`),
      hint: 'split the rows in another way, or name another metric',
    },
  ]
}
