import { stream } from '../base/random.ts'
import type { CalibrationSummary, RunCalibration } from '../records/run.ts'
import { brierParts, calibrationNull } from '../stats/calibration-evidence.ts'
import {
  brierScore,
  calibrationBins,
  calibrationError,
  expectedCalibrationError,
  negativeLogLikelihood,
  topLabel,
  type Predictions,
} from '../stats/calibration.ts'
import { fitTemperature, withTemperature } from '../stats/temperature.ts'
import { softmaxRow, type Predictions as Predicted } from './predicted.ts'
import { rounded } from './round.ts'

const bins = 15
/** The most draws times rows: enough for the 95th percentile, and fast enough on large splits. */
const mostDrawn = 2_000_000

/**
 * Reliability of a classifier's probabilities on test rows, or on validation rows if no test rows are held out. It covers
 * the probabilities as trained and with the temperature that fits the validation rows best. Stores counts and means, not the
 * probabilities themselves.
 *
 * @param test null if no test rows are held out
 */
export function calibrationOf(validation: Predicted, test: Predicted | null): RunCalibration {
  const fittedOn = probabilitiesOf(validation)
  return calibrationFrom(fittedOn, test ? probabilitiesOf(test) : fittedOn, test ? 'test' : 'validation')
}

/** The temperature comes from one set of predictions, both summaries from the other. */
export function calibrationFrom(fittedOn: Predictions, judged: Predictions, split: RunCalibration['split']): RunCalibration {
  const rows = judged.labels.length
  const fitted = fitTemperature(fittedOn)
  const temperature = fitted.kind === 'temperature' ? fitted.temperature : null
  const draws = Math.max(100, Math.min(1000, Math.floor(mostDrawn / rows)))
  const honest = calibrationNull(judged, stream(0, 'calibration', rows), { bins, draws })
  return {
    split,
    rows,
    asTrained: summary(judged),
    ecePercentile95: honest.kind === 'null' ? rounded(honest.percentile95) : null,
    temperature: temperature === null ? null : rounded(temperature),
    scaled: temperature === null ? null : summary({ ...judged, probabilities: withTemperature(judged, temperature) }),
  }
}

function summary(judged: Predictions): CalibrationSummary {
  const parts = brierParts(judged, bins)
  if (parts.kind === 'undefined') throw new Error(parts.reason)
  const bars = calibrationBins(topLabel(judged), bins)
  return {
    nll: rounded(negativeLogLikelihood(judged)),
    brier: rounded(brierScore(judged)),
    parts: {
      reliability: rounded(parts.reliability),
      resolution: rounded(parts.resolution),
      uncertainty: rounded(parts.uncertainty),
      withinBins: rounded(parts.withinBins),
    },
    ece: rounded(calibrationError(bars).l1),
    eceEqualMass: rounded(expectedCalibrationError(judged, bins, 'equal-mass')),
    bins: bars.map(({ from, to, count, meanConfidence, accuracy }) => ({
      from: rounded(from),
      to: rounded(to),
      count,
      confidence: rounded(meanConfidence),
      accuracy: rounded(accuracy),
    })),
  }
}

/** Softmax of the outputs, in double precision. */
function probabilitiesOf({ outputs, targets, width }: Predicted): Predictions {
  const probabilities = new Float64Array(outputs.length)
  for (let start = 0; start < outputs.length; start += width) {
    probabilities.set(softmaxRow(outputs, start, width).probabilities, start)
  }
  return { probabilities, labels: targets, classes: width }
}
