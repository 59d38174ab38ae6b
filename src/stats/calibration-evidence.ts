import type { Stream } from '../base/random.ts'
import {
  calibrationBins,
  calibrationError,
  confidenceBins,
  expectedCalibrationError,
  topLabel,
  unusablePredictions,
} from './calibration.ts'
import type { Binning, Predictions } from './calibration.ts'
import { quantile } from './describe.ts'
import { undefinedBecause } from './outcome.ts'
import type { Undefined } from './outcome.ts'

export interface CalibrationNull {
  readonly kind: 'null'
  readonly observed: number
  /** The 95th percentile of the error that these same confidences would show if they were honest. */
  readonly percentile95: number
  /** Share of the draws at or above the observed error, including the observed one. */
  readonly pValue: number
  readonly draws: number
}

/**
 * The calibration error to expect from a perfectly calibrated model with these confidences and this few examples. Whether
 * each prediction is correct is redrawn with the probability that it claims (Vaicenavicius et al. 2019, "consistency
 * resampling"). An error below the 95th percentile is no evidence of anything.
 */
export function calibrationNull(
  predictions: Predictions,
  random: Stream,
  { bins = 15, binning = 'equal-width' as Binning, draws = 1000 } = {},
): CalibrationNull | Undefined {
  const reason = unusablePredictions(predictions)
  if (reason !== undefined) return undefinedBecause(reason)
  const observed = expectedCalibrationError(predictions, bins, binning)
  const { confidence } = topLabel(predictions)
  const binned = confidenceBins(confidence, bins, binning)
  const correct = new Uint8Array(confidence.length)
  const errors = Float64Array.from({ length: draws }, () => {
    for (let i = 0; i < correct.length; i++) correct[i] = Number(random.uniform() < (confidence[i] ?? NaN))
    return calibrationError(binned(correct)).l1
  })
  const above = errors.filter((e) => e >= observed).length
  return { kind: 'null', observed, percentile95: quantile(errors, 0.95), pValue: (above + 1) / (draws + 1), draws }
}

export interface BrierParts {
  readonly kind: 'brier'
  readonly score: number
  /** How far the probabilities are from the frequencies: 0 is calibrated. */
  readonly reliability: number
  /** How far the frequencies are from the base rate: more is better. */
  readonly resolution: number
  /** What the base rates alone would score. */
  readonly uncertainty: number
  /**
   * The remainder, because probabilities differ within a bin; the score is reliability − resolution + uncertainty + this.
   */
  readonly withinBins: number
}

/**
 * Brier's score in Murphy's parts (1973), with each class's probability in equal-width bins, summed over the classes. The
 * remainder within bins is that of Stephenson, Coelho and Jolliffe (2008).
 */
export function brierParts(predictions: Predictions, bins = 15): BrierParts | Undefined {
  const reason = unusablePredictions(predictions)
  if (reason !== undefined) return undefinedBecause(reason)
  const total = { score: 0, reliability: 0, resolution: 0, uncertainty: 0 }
  for (let c = 0; c < predictions.classes; c++) addClass(total, predictions, c, bins)
  const { score, reliability, resolution, uncertainty } = total
  return { kind: 'brier', ...total, withinBins: score - (reliability - resolution + uncertainty) }
}

interface Parts {
  score: number
  reliability: number
  resolution: number
  uncertainty: number
}

function addClass(into: Parts, { probabilities, labels, classes }: Predictions, c: number, bins: number): void {
  const n = labels.length
  const confidence = Float64Array.from({ length: n }, (_, i) => Math.min(1, probabilities[i * classes + c] ?? NaN))
  const correct = Uint8Array.from({ length: n }, (_, i) => Number(labels[i] === c))
  const base = correct.reduce((a, b) => a + b, 0) / n
  for (const bin of calibrationBins({ confidence, correct }, bins)) {
    into.reliability += (bin.count / n) * (bin.meanConfidence - bin.accuracy) ** 2
    into.resolution += (bin.count / n) * (bin.accuracy - base) ** 2
  }
  into.uncertainty += base * (1 - base)
  for (let i = 0; i < n; i++) into.score += ((confidence[i] ?? NaN) - (correct[i] ?? NaN)) ** 2 / n
}
