import { addTo } from '../base/numbers.ts'

/** Class probabilities of `labels.length` examples, row after row, and each example's class, from 0. */
export interface Predictions {
  /** n × classes numbers in [0, 1]. */
  readonly probabilities: ArrayLike<number>
  readonly labels: ArrayLike<number>
  readonly classes: number
}

/**
 * The same clipping as scikit-learn's `log_loss` for double precision: a certain and wrong prediction costs 36, not
 * infinity.
 */
const LEAST = Number.EPSILON

/** Why the predictions cannot be scored, or undefined if they can. */
export function unusablePredictions({ probabilities, labels, classes }: Predictions): string | undefined {
  const n = labels.length
  if (n === 0) return 'there are no predictions to score'
  if (probabilities.length !== n * classes) {
    return `${n} labels of ${classes} classes need ${n * classes} probabilities, found ${probabilities.length}`
  }
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] ?? NaN
    // A little over 1 is rounding in single precision.
    if (!(p >= 0 && p <= 1 + 1e-5)) return `example ${Math.floor(i / classes) + 1} has the probability ${p}`
  }
  for (let i = 0; i < n; i++) {
    const label = labels[i] ?? NaN
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) return `example ${i + 1} has the label ${label}`
  }
  return undefined
}

/**
 * Mean negative log-likelihood of the true classes, natural logarithm; NaN for predictions that cannot be scored. Rows are
 * used unchanged, not normalized to a sum of one. Oracle: `sklearn.metrics.log_loss`.
 */
export function negativeLogLikelihood(predictions: Predictions): number {
  if (unusablePredictions(predictions) !== undefined) return NaN
  const { probabilities, labels, classes } = predictions
  let sum = 0
  for (let i = 0; i < labels.length; i++) {
    sum -= Math.log(Math.min(1, Math.max(LEAST, probabilities[i * classes + (labels[i] ?? NaN)] ?? NaN)))
  }
  return sum / labels.length
}

/**
 * Brier's score (1950): the mean over examples of the squared distance of the probabilities from the one-hot label, from
 * 0 to 2. NaN for predictions that cannot be scored. Oracle: `sklearn.metrics.brier_score_loss(scale_by_half=False)`.
 */
export function brierScore(predictions: Predictions): number {
  if (unusablePredictions(predictions) !== undefined) return NaN
  const { probabilities, labels, classes } = predictions
  let sum = 0
  for (let i = 0; i < labels.length * classes; i++) {
    const hit = Number(labels[Math.floor(i / classes)] === i % classes)
    sum += ((probabilities[i] ?? NaN) - hit) ** 2
  }
  return sum / labels.length
}

export interface Confidences {
  /** The largest probability of each example. */
  readonly confidence: Float64Array
  /** 1 if that class (the first of equal ones) is the label, else 0. */
  readonly correct: Uint8Array
}

/** The input of the usual calibration error: only the predicted class of each example. */
export function topLabel({ probabilities, labels, classes }: Predictions): Confidences {
  const confidence = new Float64Array(labels.length)
  const correct = new Uint8Array(labels.length)
  for (let i = 0; i < labels.length; i++) {
    let best = 0
    for (let c = 1; c < classes; c++) {
      if ((probabilities[i * classes + c] ?? NaN) > (probabilities[i * classes + best] ?? NaN)) best = c
    }
    confidence[i] = Math.min(1, probabilities[i * classes + best] ?? NaN)
    correct[i] = Number(best === labels[i])
  }
  return { confidence, correct }
}

export type Binning = 'equal-width' | 'equal-mass'

/** One bar of a reliability diagram. Empty bins are omitted. */
export interface CalibrationBin {
  readonly from: number
  readonly to: number
  readonly count: number
  readonly meanConfidence: number
  readonly accuracy: number
}

/**
 * Bins [from, to) of the confidences; the last one includes its upper end. Equal-mass bins start at every (n/bins)th value
 * and keep equal confidences together, so that the order of the examples never matters.
 */
export function calibrationBins(
  { confidence, correct }: { readonly confidence: ArrayLike<number>; readonly correct: ArrayLike<number> },
  bins: number,
  binning: Binning = 'equal-width',
): CalibrationBin[] {
  return confidenceBins(confidence, bins, binning)(correct)
}

/** The same confidences with any answers: who is in which bin is found once. */
export function confidenceBins(
  confidence: ArrayLike<number>,
  bins: number,
  binning: Binning = 'equal-width',
): (correct: ArrayLike<number>) => CalibrationBin[] {
  const edges = binEdges(confidence, bins, binning)
  const [count, sum] = [new Float64Array(bins), new Float64Array(bins)]
  const places = Int32Array.from(confidence, (value) => binOf(value, edges))
  places.forEach((b, i) => {
    addTo(count, b)
    addTo(sum, b, confidence[i] ?? NaN)
  })
  return (correct) => {
    const hits = new Float64Array(bins)
    for (let i = 0; i < places.length; i++) addTo(hits, places[i] ?? 0, correct[i] ?? NaN)
    return Array.from(count, (n, b) => ({
      from: edges[b] ?? NaN,
      to: edges[b + 1] ?? NaN,
      count: n,
      meanConfidence: (sum[b] ?? NaN) / n,
      accuracy: (hits[b] ?? NaN) / n,
    })).filter((bin) => bin.count > 0)
  }
}

function binEdges(values: ArrayLike<number>, bins: number, binning: Binning): Float64Array {
  if (binning === 'equal-width') return Float64Array.from({ length: bins + 1 }, (_, i) => i / bins)
  const sorted = Float64Array.from(values).sort()
  // Edges are values, never points between two: rounding must not decide on which side of an edge a value is.
  const start = (b: number): number => Math.min(sorted.length - 1, Math.ceil((b * sorted.length) / bins))
  return Float64Array.from({ length: bins + 1 }, (_, b) => sorted[start(b)] ?? NaN)
}

/** The last bin whose lower edge is at most `value`. */
function binOf(value: number, edges: Float64Array): number {
  let [low, high] = [0, edges.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((edges[middle] ?? NaN) <= value) low = middle
    else high = middle
  }
  return low
}

export interface CalibrationError {
  /** Mean gap between confidence and accuracy, weighted by the bins' counts: the usual ECE. */
  readonly l1: number
  /** Root of the weighted mean squared gap. */
  readonly l2: number
  readonly max: number
}

/** Oracle for equal widths: `torchmetrics` `calibration_error`, which puts a confidence of exactly 1 in a separate bin. */
export function calibrationError(bins: readonly CalibrationBin[]): CalibrationError {
  const n = bins.reduce((sum, bin) => sum + bin.count, 0)
  const gaps = bins.map((bin) => ({ weight: bin.count / n, gap: Math.abs(bin.meanConfidence - bin.accuracy) }))
  return {
    l1: gaps.reduce((sum, { weight, gap }) => sum + weight * gap, 0),
    l2: Math.sqrt(gaps.reduce((sum, { weight, gap }) => sum + weight * gap ** 2, 0)),
    max: gaps.reduce((most, { gap }) => Math.max(most, gap), 0),
  }
}

/** The usual expected calibration error of the predicted class; NaN for predictions that cannot be scored. */
export function expectedCalibrationError(predictions: Predictions, bins = 15, binning: Binning = 'equal-width'): number {
  if (unusablePredictions(predictions) !== undefined) return NaN
  return calibrationError(calibrationBins(topLabel(predictions), bins, binning)).l1
}
