import { addTo } from '../base/numbers.ts'
import { unreachable } from '../base/result.ts'
import { targetAt } from '../base/rows.ts'
import type { MetricName, Metrics, Task } from '../records/metrics.ts'
import { labelMetrics, requestedLabelMetrics } from './label-metrics.ts'
import { softmaxRow, type Predictions } from './predicted.ts'
import { requestedMetrics } from './requested-metrics.ts'
import { rounded } from './round.ts'
import type { TrainingData } from './types.ts'

const calibrationBins = 15

export type ClassificationMetrics = Required<Pick<Metrics, 'accuracy' | 'balancedAccuracy' | 'f1' | 'nll' | 'brier' | 'ece'>>
export type RegressionMetrics = Required<Pick<Metrics, 'mse' | 'rmse' | 'mae' | 'r2'>>

/**
 * Every metric of the task, rounded; in units of the target for regression.
 *
 * @param requested names that may include metrics on request
 */
export function computeMetrics(
  task: Task,
  predictions: Predictions,
  scale: TrainingData['targetScale'],
  requested: readonly MetricName[] = [],
): Metrics {
  const entries = [
    ...Object.entries(ownMetrics(task, predictions, scale)),
    ...onRequest(task, predictions, scale, requested),
  ]
  return Object.fromEntries(entries.map(([name, value]) => [name, rounded(value)]))
}

/** The metrics that every run of the task computes. */
function ownMetrics(task: Task, predictions: Predictions, scale: TrainingData['targetScale']): Metrics {
  switch (task) {
    case 'classification':
      return classificationMetrics(predictions)
    case 'multi-label':
      return labelMetrics(predictions)
    case 'regression':
      return regressionMetrics(predictions, unitOf(scale))
    default:
      return unreachable(task, 'task')
  }
}

const onRequest = (
  task: Task,
  predictions: Predictions,
  scale: TrainingData['targetScale'],
  names: readonly MetricName[],
): (readonly [MetricName, number])[] =>
  task === 'multi-label' ? requestedLabelMetrics(names, predictions) : requestedMetrics(names, predictions, scale)

/** Metrics of logits against class indices, in double precision whatever the engine uses. */
export function classificationMetrics({ outputs, targets, width }: Predictions): ClassificationMetrics {
  const rows = targets.length
  const counts = { actual: new Float64Array(width), predicted: new Float64Array(width), both: new Float64Array(width) }
  const bins = { confidence: new Float64Array(calibrationBins), correct: new Float64Array(calibrationBins) }
  const own = new Float64Array(width)
  let nll = 0
  let brier = 0
  for (let row = 0; row < rows; row++) {
    const label = targets[row] ?? NaN
    const { probabilities, logSum, top } = softmaxRow(outputs, row * width, width, own)
    nll += logSum - (outputs[row * width + label] ?? NaN)
    for (let k = 0; k < width; k++) brier += ((probabilities[k] ?? NaN) - (k === label ? 1 : 0)) ** 2
    addTo(counts.actual, label)
    addTo(counts.predicted, top)
    if (top === label) addTo(counts.both, label)
    const confidence = probabilities[top] ?? NaN
    const bin = Math.min(Math.floor(confidence * calibrationBins), calibrationBins - 1)
    addTo(bins.confidence, bin, confidence)
    addTo(bins.correct, bin, top === label ? 1 : 0)
  }
  const gap = bins.confidence.reduce((sum, confidence, bin) => sum + Math.abs(confidence - (bins.correct[bin] ?? NaN)), 0)
  return { accuracy: sum(counts.both) / rows, ...perClass(counts), nll: nll / rows, brier: brier / rows, ece: gap / rows }
}

interface ClassCounts {
  readonly actual: Float64Array
  readonly predicted: Float64Array
  readonly both: Float64Array
}

/** Averaged as in scikit-learn: recall over the classes that occur, F1 over those that occur or are predicted. */
function perClass({ actual, predicted, both }: ClassCounts): { balancedAccuracy: number; f1: number } {
  const recalls: number[] = []
  const f1s: number[] = []
  for (let k = 0; k < actual.length; k++) {
    const [is, said, right] = [actual[k] ?? NaN, predicted[k] ?? NaN, both[k] ?? NaN]
    if (is > 0) recalls.push(right / is)
    if (is + said > 0) f1s.push((2 * right) / (is + said))
  }
  return { balancedAccuracy: sum(recalls) / recalls.length, f1: sum(f1s) / f1s.length }
}

/**
 * The unit of errors: the SD of the target. Several targets have units that cannot be added up, so their errors are in
 * SDs of each target, as in the loss.
 */
export const unitOf = (scale: TrainingData['targetScale']): number => (scale?.length === 1 ? (scale[0]?.sd ?? 1) : 1)

/** Errors of standardized outputs, scaled back by the unit; means over rows and targets, and the mean r2 of the targets. */
export function regressionMetrics({ outputs, targets, width }: Predictions, unit: number): RegressionMetrics {
  const rows = targets.length / width
  const squared = new Float64Array(width)
  let absolute = 0
  targets.forEach((target, i) => {
    const error = (outputs[i] ?? NaN) - target
    squared[i % width] = (squared[i % width] ?? NaN) + error * error
    absolute += Math.abs(error)
  })
  const mse = (sum(squared) / targets.length) * unit * unit
  const r2 = sum(squared.map((own, k) => explained(own, targets, k, width))) / width
  return { mse, rmse: Math.sqrt(mse), mae: (absolute / (rows * width)) * unit, r2 }
}

/** r2 of one target. One without variance is explained fully or not at all. */
function explained(squared: number, targets: Float32Array, k: number, width: number): number {
  const own = targetAt(targets, k, width)
  const center = sum(own) / own.length
  let total = 0
  for (const target of own) total += (target - center) ** 2
  return total > 0 ? 1 - squared / total : squared > 0 ? 0 : 1
}

/**
 * Mean over the rows of the nll if the most probable of the wrong classes were the right one, rounded: what a mistake costs
 * a model that makes none on these rows.
 */
export function mistakeCost({ outputs, targets, width }: Predictions): number {
  let total = 0
  for (let row = 0; row < targets.length; row++) {
    let wrong = -Infinity
    for (let k = 0; k < width; k++) if (k !== targets[row]) wrong = Math.max(wrong, outputs[row * width + k] ?? NaN)
    total += softmaxRow(outputs, row * width, width).logSum - wrong
  }
  return rounded(total / targets.length)
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i] ?? NaN
  return total
}
