// Metrics of several labels, each of which applies to a row or not.
import { mean } from '../stats/describe.ts'
import type { MetricName, Metrics } from '../records/metrics.ts'
import { onlyOne, type Outputs, type Predictions } from './predicted.ts'
import { areaUnderRoc, averagePrecision, type Curve } from './requested-metrics.ts'
import { rounded } from './round.ts'

export type LabelMetrics = Required<
  Pick<Metrics, 'subsetAccuracy' | 'hammingLoss' | 'balancedAccuracy' | 'f1' | 'microF1' | 'nll'>
>

/** A label applies where its probability is above one half, so where its logit is above 0. */
export const says = (logit: number): 0 | 1 => (logit > 0 ? 1 : 0)

/** Probability that a label applies, by its logit; it neither overflows nor loses digits at either end. */
export function sigmoid(logit: number): number {
  const small = Math.exp(-Math.abs(logit))
  return logit >= 0 ? 1 / (1 + small) : small / (1 + small)
}

/** Binary cross-entropy of one logit in nats: −log of the probability of what is true. */
export const crossEntropyOf = (logit: number, target: number): number =>
  Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)))

/**
 * Metrics of logits against labels of 0 and 1, as in scikit-learn: `accuracy_score`, `hamming_loss`, and `f1_score` with
 * `average` macro and micro. A label that no row has and no row gets has an F1 of 0. The balanced accuracy is the mean over
 * the labels of that of each, and nll that of the binary cross-entropy.
 */
export function labelMetrics(of: Predictions): LabelMetrics {
  const { outputs, targets, width } = of
  const rows = targets.length / width
  const counts = labelCounts(of)
  let allRight = 0
  for (let row = 0; row < rows; row++) allRight += Number(wrongIn(outputs, targets, row * width, width) === 0)
  const total = (key: keyof LabelCounts): number => counts.reduce((sum, one) => sum + one[key], 0)
  const [yes, taken, right] = [total('yes'), total('taken'), total('right')]
  return {
    subsetAccuracy: allRight / rows,
    hammingLoss: (yes + taken - 2 * right) / targets.length,
    balancedAccuracy: mean(counts.map(balancedAccuracyOf)),
    f1: mean(counts.map((one) => f1Of(one.yes, one.taken, one.right))),
    microF1: f1Of(yes, taken, right),
    nll: total('loss') / targets.length,
  }
}

/** Labels of the row that begins here for which the outputs say otherwise. */
export function wrongIn(outputs: Outputs, targets: Float32Array, start: number, width: number): number {
  let wrong = 0
  for (let i = start; i < start + width; i++) wrong += Number(says(outputs[i] ?? NaN) !== targets[i])
  return wrong
}

/** What the scores of a label are made of. */
export interface LabelCounts {
  /** Rows. */
  readonly rows: number
  /** Rows that have it. */
  readonly yes: number
  /** Rows for which the outputs say so. */
  readonly taken: number
  /** Rows that are both. */
  readonly right: number
  /** Sum of its binary cross-entropy over all rows, in nats. */
  readonly loss: number
}

/** The counts of every label, in their order. */
export function labelCounts({ outputs, targets, width }: Predictions): LabelCounts[] {
  return Array.from({ length: width }, (_, k) => {
    let [yes, taken, right, loss] = [0, 0, 0, 0]
    for (let i = k; i < targets.length; i += width) {
      const [target, logit] = [targets[i] ?? NaN, outputs[i] ?? NaN]
      yes += target
      taken += says(logit)
      right += target * says(logit)
      loss += crossEntropyOf(logit, target)
    }
    return { rows: targets.length / width, yes, taken, right, loss }
  })
}

/** 0 if there is nothing to find and nothing was found, which is the default of scikit-learn. */
const f1Of = (yes: number, taken: number, right: number): number => (yes + taken === 0 ? 0 : (2 * right) / (yes + taken))

/** The mean of the recalls of yes and no; of the one that occurs, if the other does not. */
function balancedAccuracyOf({ rows, yes, taken, right }: LabelCounts): number {
  const no = rows - yes
  const recalls = [...(yes > 0 ? [right / yes] : []), ...(no > 0 ? [(no - (taken - right)) / no] : [])]
  return mean(recalls)
}

const recallsOf = (of: Predictions): number[] =>
  labelCounts(of).flatMap(({ yes, right }) => (yes === 0 ? [] : [right / yes]))

/** Metrics that are computed only on request. A label that its rows do not define counts in none of the means. */
const requested: { readonly [name in MetricName]?: (of: Predictions) => number | undefined } = {
  auroc: (of) => overLabels(of, areaUnderRoc) ?? 0.5,
  averagePrecision: (of) => overLabels(of, averagePrecision) ?? 0,
  worstRecall: (of) => {
    const recalls = recallsOf(of)
    return recalls.length === 0 ? 0 : Math.min(...recalls)
  },
  worstNll: (of) => Math.max(...labelCounts(of).map(({ rows, loss }) => loss / rows)),
  recall: (of) => mean(recallsOf(of)),
  precision: (of) => mean(labelCounts(of).map(({ taken, right }) => (taken === 0 ? 0 : right / taken))),
}

/** The values of requested metrics of labels, unrounded; others are left out. */
export const requestedLabelMetrics = (names: readonly MetricName[], of: Predictions): (readonly [MetricName, number])[] =>
  names.flatMap((name) => {
    const value = requested[name]?.(of)
    return value === undefined ? [] : [[name, value] as const]
  })

/** The mean over the labels that some rows have and some have not; undefined if there is none. */
function overLabels(of: Predictions, curve: Curve): number | undefined {
  const values = labelCounts(of).flatMap(({ rows, yes }, k) => {
    if (yes === 0 || yes === rows) return []
    const { outputs, targets } = onlyOne(of, k)
    return curve(outputs, Uint8Array.from(targets))
  })
  return values.length === 0 ? undefined : mean(values)
}

/**
 * Mean over the rows of the nll if the answer for one of the labels were the other one, rounded: what a mistake costs a model
 * that makes none on these rows.
 */
export function labelMistakeCost({ outputs, targets, width }: Predictions): number {
  let [own, other] = [0, 0]
  targets.forEach((target, i) => {
    own += crossEntropyOf(outputs[i] ?? NaN, target)
    other += crossEntropyOf(outputs[i] ?? NaN, 1 - target)
  })
  return rounded((own + (other - own) / width) / targets.length)
}
