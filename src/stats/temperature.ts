import { negativeLogLikelihood, unusablePredictions } from './calibration.ts'
import type { Predictions } from './calibration.ts'
import { undefinedBecause } from './outcome.ts'
import type { Undefined } from './outcome.ts'

export interface Temperature {
  readonly kind: 'temperature'
  /** Above 1: the model was overconfident. */
  readonly temperature: number
  readonly before: number
  /** Mean negative log-likelihood with every logit divided by the temperature. */
  readonly after: number
}

/** Probabilities of 0 have no logarithm. This is the smallest that softmax in single precision can distinguish from 0. */
const LEAST = 1e-38

/**
 * Temperature scaling (Guo et al. 2017): the single number to divide all logits by that fits the labels best. The logits are
 * the logarithms of the probabilities, which differ from the model's own by a constant per row that softmax ignores. The
 * likelihood is convex in 1/T, so the root of its derivative is bracketed and bisected. Undefined if no temperature is best:
 * all predictions are right (colder is always better), or no better than chance.
 */
export function fitTemperature(predictions: Predictions): Temperature | Undefined {
  const reason = unusablePredictions(predictions)
  if (reason !== undefined) return undefinedBecause(reason)
  const logits = Float64Array.from(predictions.probabilities, (p) => Math.log(Math.max(LEAST, p)))
  const temperature = temperatureOf(logits, predictions)
  if (typeof temperature !== 'number') return temperature
  const after = negativeLogLikelihood({ ...predictions, probabilities: withTemperature(predictions, temperature) })
  return { kind: 'temperature', temperature, before: negativeLogLikelihood(predictions), after }
}

/**
 * The best temperature for logits, which say more than probabilities where a model is surer than a number can hold.
 *
 * @param logits finite, n × classes, row after row
 */
export function temperatureOf(logits: ArrayLike<number>, of: Pick<Predictions, 'labels' | 'classes'>): number | Undefined {
  let [low, high] = [1e-3, 1e3]
  if (slope(logits, of, low) >= 0) {
    return undefinedBecause('the labels do not follow the probabilities, so flatter is always better')
  }
  if (slope(logits, of, high) <= 0) {
    return undefinedBecause('every label already has the largest probability, so sharper is always better')
  }
  // 40 halvings of six decades: the inverse temperature to a relative 1e-11.
  for (let i = 0; i < 40; i++) {
    const middle = Math.sqrt(low * high)
    if (slope(logits, of, middle) > 0) high = middle
    else low = middle
  }
  return 1 / Math.sqrt(low * high)
}

/** softmax(log p / T), row by row. */
export function withTemperature({ probabilities, labels, classes }: Predictions, temperature: number): Float64Array {
  const out = new Float64Array(labels.length * classes)
  for (let row = 0; row < labels.length; row++) {
    const logits = Float64Array.from(
      { length: classes },
      (_, c) => Math.log(Math.max(LEAST, probabilities[row * classes + c] ?? NaN)) / temperature,
    )
    const largest = logits.reduce((a, b) => Math.max(a, b))
    const weights = logits.map((z) => Math.exp(z - largest))
    const sum = weights.reduce((a, b) => a + b)
    out.set(
      weights.map((w) => w / sum),
      row * classes,
    )
  }
  return out
}

/** Derivative of the mean negative log-likelihood by the inverse temperature: expected logit minus the label's. */
function slope(
  logits: ArrayLike<number>,
  { labels, classes }: Pick<Predictions, 'labels' | 'classes'>,
  inverse: number,
): number {
  let total = 0
  for (let row = 0; row < labels.length; row++) {
    const from = row * classes
    let largest = -Infinity
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[from + c] ?? NaN)
    let [sum, weighted] = [0, 0]
    for (let c = 0; c < classes; c++) {
      const z = logits[from + c] ?? NaN
      const weight = Math.exp(inverse * (z - largest))
      sum += weight
      weighted += weight * z
    }
    total += weighted / sum - (logits[from + (labels[row] ?? NaN)] ?? NaN)
  }
  return total / labels.length
}
