import { addTo } from '../base/numbers.ts'
import { mean } from '../stats/describe.ts'
import type { MetricName } from '../records/metrics.ts'
import { softmaxRow, type Predictions } from './predicted.ts'
import type { TrainingData } from './types.ts'

/** Metrics that are computed only on request, as scikit-learn computes them. */
const requested: { readonly [name in MetricName]?: (of: Predictions, scale: TrainingData['targetScale']) => number } = {
  auroc: (of) => overClasses(of, areaUnderRoc) ?? 0.5,
  averagePrecision: (of) => overClasses(of, averagePrecision) ?? 0,
  kappa: quadraticKappa,
  worstRecall: (of) => Math.min(...classScores(of).map(({ recall }) => recall)),
  worstNll: (of) => Math.max(...classScores(of).map(({ nll }) => nll)),
  mape: percentageError,
}

/** The values of requested metrics, unrounded; others are left out. */
export function requestedMetrics(
  names: readonly MetricName[],
  of: Predictions,
  scale: TrainingData['targetScale'],
): (readonly [MetricName, number])[] {
  return names.flatMap((name) => {
    const compute = requested[name]
    return compute ? [[name, compute(of, scale)] as const] : []
  })
}

/** A metric of a curve over thresholds, from a score for each row. */
export type Curve = (scores: Float64Array, isPositive: Uint8Array) => number

/**
 * A metric of two classes by the probability of the second; of more, the mean over the classes, each against the rest.
 * Classes that no row or every row has are left out; undefined if none is left.
 */
function overClasses(of: Predictions, curve: Curve): number | undefined {
  const probabilities = probabilitiesOf(of)
  const classes = of.width === 2 ? [1] : Array.from({ length: of.width }, (_, k) => k)
  const values = classes.flatMap((k) => againstRest(of, k, curve, probabilities) ?? [])
  return values.length === 0 ? undefined : mean(values)
}

/** A metric of one class by its probability; undefined if every row has the class, or none. */
export function againstRest(
  of: Predictions,
  label: number,
  curve: Curve,
  probabilities = probabilitiesOf(of),
): number | undefined {
  const { targets, width } = of
  const isPositive = Uint8Array.from(targets, (target) => Number(target === label))
  const positives = isPositive.reduce((sum, one) => sum + one, 0)
  if (positives === 0 || positives === targets.length) return undefined
  return curve(
    Float64Array.from(targets, (_, row) => probabilities[row * width + label] ?? NaN),
    isPositive,
  )
}

function probabilitiesOf({ outputs, targets, width }: Predictions): Float64Array {
  const all = new Float64Array(targets.length * width)
  for (let row = 0; row < targets.length; row++) {
    all.set(softmaxRow(outputs, row * width, width).probabilities, row * width)
  }
  return all
}

/** Rows by falling score; calls back once for each group of equal scores, with the rows so far. */
function eachThreshold(
  scores: Float64Array,
  isPositive: Uint8Array,
  see: (truePositives: number, falsePositives: number) => void,
): void {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? NaN) - (scores[a] ?? NaN))
  let [right, wrong] = [0, 0]
  order.forEach((row, i) => {
    if (isPositive[row] === 1) right++
    else wrong++
    const next = order[i + 1]
    if (next === undefined || scores[next] !== scores[row]) see(right, wrong)
  })
}

/** By the trapezoidal rule, so that a tie counts one half. */
export function areaUnderRoc(scores: Float64Array, isPositive: Uint8Array): number {
  let [area, lastRight, lastWrong] = [0, 0, 0]
  eachThreshold(scores, isPositive, (right, wrong) => {
    area += ((wrong - lastWrong) * (right + lastRight)) / 2
    ;[lastRight, lastWrong] = [right, wrong]
  })
  return area / (lastRight * lastWrong)
}

/** Σ (recall − recall before) · precision over the thresholds, without interpolation. */
export function averagePrecision(scores: Float64Array, isPositive: Uint8Array): number {
  let [sum, lastRight] = [0, 0]
  eachThreshold(scores, isPositive, (right, wrong) => {
    sum += ((right - lastRight) * right) / (right + wrong)
    lastRight = right
  })
  return sum / lastRight
}

/** 1 − Σ w · observed / Σ w · expected with w = (i − j)². All rows in one class and predicted so count as agreement. */
function quadraticKappa({ outputs, targets, width }: Predictions): number {
  const rows = targets.length
  const [actual, predicted] = [new Float64Array(width), new Float64Array(width)]
  let observed = 0
  for (let row = 0; row < rows; row++) {
    const [label, { top }] = [targets[row] ?? NaN, softmaxRow(outputs, row * width, width)]
    actual[label] = (actual[label] ?? 0) + 1
    predicted[top] = (predicted[top] ?? 0) + 1
    observed += (label - top) ** 2
  }
  let expected = 0
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++) expected += ((actual[i] ?? 0) * (predicted[j] ?? 0) * (i - j) ** 2) / rows
  return expected > 0 ? 1 - observed / expected : 1
}

/** How a model does on the rows of one class. */
export interface ClassScore {
  /** Index of the class. */
  readonly label: number
  /** Number of its rows, at least 1. */
  readonly rows: number
  /** Share of them whose most probable class is this one, in [0, 1]. */
  readonly recall: number
  /** Share of the rows whose most probable class is this one that are of it; null if there are no such rows. */
  readonly precision: number | null
  /** Their mean negative log-likelihood, in nats. */
  readonly nll: number
}

/** Recall, precision and nll of each class that occurs, in the order of the indices. */
export const classScores = (of: Predictions): ClassScore[] =>
  classCounts(of).flatMap(({ rows, taken, right, loss }, label) => {
    const precision = taken === 0 ? null : right / taken
    return rows === 0 ? [] : [{ label, rows, recall: right / rows, precision, nll: loss / rows }]
  })

/** What the scores of a class are made of. */
export interface ClassCounts {
  /** Its rows. */
  readonly rows: number
  /** Rows whose most probable class it is. */
  readonly taken: number
  /** Rows that are both. */
  readonly right: number
  /** Sum of the negative log-likelihood of its rows, in nats. */
  readonly loss: number
}

/** The counts of every class, in the order of the indices. */
export function classCounts({ outputs, targets, width }: Predictions): ClassCounts[] {
  const zeros = (): Float64Array => new Float64Array(width)
  const [rows, taken, right, loss] = [zeros(), zeros(), zeros(), zeros()]
  targets.forEach((label, row) => {
    const { top, logSum } = softmaxRow(outputs, row * width, width)
    addTo(rows, label)
    addTo(taken, top)
    addTo(right, label, Number(top === label))
    addTo(loss, label, logSum - (outputs[row * width + label] ?? NaN))
  })
  return Array.from(rows, (count, k) => ({ rows: count, taken: taken[k] ?? 0, right: right[k] ?? 0, loss: loss[k] ?? NaN }))
}

/** Mean of |error| / max(|target|, ε), in units of each target. */
function percentageError({ outputs, targets, width }: Predictions, scale: TrainingData['targetScale']): number {
  let sum = 0
  targets.forEach((target, i) => {
    const { mean: center, sd } = scale?.[i % width] ?? { mean: 0, sd: 1 }
    const truth = target * sd + center
    sum += (Math.abs((outputs[i] ?? NaN) - target) * sd) / Math.max(Math.abs(truth), Number.EPSILON)
  })
  return sum / targets.length
}
