import type { MetricName } from '../records/metrics.ts'
import type { Predictions } from './predicted.ts'
import { againstRest, areaUnderRoc, averagePrecision, classCounts, type ClassCounts } from './requested-metrics.ts'

/** Metrics of one class against the rest, as in scikit-learn with `labels=[label]`; undefined if no row has the class. */
const ofClass: { readonly [name in MetricName]?: (of: Predictions, label: number) => number | undefined } = {
  recall: counted(({ rows, right }) => (rows === 0 ? undefined : right / rows)),
  nll: counted(({ rows, loss }) => (rows === 0 ? undefined : loss / rows)),
  precision: counted(({ taken, right }) => (taken === 0 ? 0 : right / taken)),
  f1: counted(({ rows, taken, right }) => (rows === 0 ? undefined : (2 * right) / (rows + taken))),
  auroc: (of, label) => againstRest(of, label, areaUnderRoc),
  averagePrecision: (of, label) => againstRest(of, label, averagePrecision),
}

/**
 * A metric of one class, unrounded; undefined if the rows do not define it.
 *
 * @param label index of the class
 */
export function classMetric(name: MetricName, of: Predictions, label: number): number | undefined {
  const compute = ofClass[name]
  if (!compute) throw new Error(`${name} is not a metric of one class`)
  return compute(of, label)
}

/** A metric that the counts of the class determine. The data of a base may lack the class. */
function counted(compute: (counts: ClassCounts) => number | undefined) {
  return (of: Predictions, label: number): number | undefined =>
    compute(classCounts(of)[label] ?? { rows: 0, taken: 0, right: 0, loss: 0 })
}
