import { mean } from '../stats/describe.ts'
import type { MetricName } from '../records/metrics.ts'
import { softmaxRow, type Predictions } from './predicted.ts'
import { areaUnderRoc, averagePrecision, classScores, type Curve } from './requested-metrics.ts'

/** Metrics of one class against the rest, as scikit-learn computes them with `labels=[label]`; undefined if no row has it. */
const ofClass: { readonly [name in MetricName]?: (of: Predictions, label: number) => number | undefined } = {
  recall: (of, label) => classScores(of).find((score) => score.label === label)?.recall,
  nll: (of, label) => classScores(of).find((score) => score.label === label)?.nll,
  precision(of, label) {
    const { right, said } = countsOf(of, label)
    return said === 0 ? 0 : right / said
  },
  f1(of, label) {
    const { right, said, is } = countsOf(of, label)
    return is === 0 ? undefined : (2 * right) / (is + said)
  },
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

/** Rows that have the class, rows that are classified so, and rows that are both. */
function countsOf({ outputs, targets, width }: Predictions, label: number) {
  const counts = { is: 0, said: 0, right: 0 }
  targets.forEach((target, row) => {
    const { top } = softmaxRow(outputs, row * width, width)
    if (target === label) counts.is++
    if (top === label) counts.said++
    if (target === label && top === label) counts.right++
  })
  return counts
}

/** By the probability of the class; undefined if every row has it, or none. */
function againstRest({ outputs, targets, width }: Predictions, label: number, curve: Curve): number | undefined {
  const isPositive = Uint8Array.from(targets, (target) => Number(target === label))
  const share = mean(isPositive)
  if (share === 0 || share === 1) return undefined
  const scores = Float64Array.from(targets, (_, row) => softmaxRow(outputs, row * width, width).probabilities[label] ?? NaN)
  return curve(scores, isPositive)
}
