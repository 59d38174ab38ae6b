import { stream } from '../../src/base/random.ts'
import type { RunCalibration } from '../../src/records/run.ts'
import type { Predictions } from '../../src/stats/calibration.ts'
import { calibrationFrom } from '../../src/train/calibration.ts'

/** Predictions whose logits are `sharpness` times those that would be honest: 1 is calibrated, 2 is overconfident. */
export function drawnPredictions(seed: number, rows: number, sharpness: number, classes = 3): Predictions {
  const random = stream(seed, 'drawn predictions', rows)
  const probabilities = new Float64Array(rows * classes)
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const logits = Float64Array.from({ length: classes }, () => 1.5 * random.normal())
    const honest = softmax(logits)
    probabilities.set(softmax(logits.map((z) => z * sharpness)), row * classes)
    let left = random.uniform()
    const drawn = honest.findIndex((p) => (left -= p) < 0)
    return drawn < 0 ? classes - 1 : drawn
  })
  return { probabilities, labels, classes }
}

function softmax(logits: Float64Array): Float64Array {
  const weights = logits.map(Math.exp)
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((w) => w / sum)
}

const drawn = new Map<number, RunCalibration>()

/**
 * Calibration on 360 rows of a run that is twice as sure as it should be; each seed is drawn once, as that takes a while.
 */
export function drawnCalibration(seed: number): RunCalibration {
  const known = drawn.get(seed)
  if (known) return known
  const made = calibrationFrom(drawnPredictions(seed, 360, 2), drawnPredictions(seed + 1, 360, 2), 'test')
  drawn.set(seed, made)
  return made
}
