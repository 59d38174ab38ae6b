import { addTo } from '../../../base/numbers.ts'
import type { Matrix } from './linear-fit.ts'

/** Power iterations: a second score that is nearly as good as the first is as good for us. */
const ITERATIONS = 200

/**
 * One number per class, with a mean of 0 and a variance of 1 over the rows, such that the predictions explain as much of
 * them as they can: the first canonical variate, by power iteration.
 *
 * @param predicted predictions of the classes, each minus its mean
 * @param truth ones at the place of the class
 */
export function classScores(predicted: Matrix, truth: Matrix): Float64Array {
  const classes = truth.columns
  const sizes = new Float64Array(classes)
  const cross = new Float64Array(classes * classes)
  for (let row = 0; row < truth.rows; row++) {
    const code = truth.values.subarray(row * classes, (row + 1) * classes).indexOf(1)
    addTo(sizes, code)
    for (let k = 0; k < classes; k++) {
      addTo(cross, code * classes + k, predicted.values[row * classes + k] ?? 0)
    }
  }
  let scores = Float64Array.from({ length: classes }, (_, k) => Math.cos(k + 1))
  for (let i = 0; i < ITERATIONS; i++) {
    const standard = standardized(scores, sizes)
    scores = Float64Array.from(sizes, (size, j) => {
      const row = cross.subarray(j * classes, (j + 1) * classes)
      return size > 0 ? row.reduce((sum, value, k) => sum + value * (standard[k] ?? 0), 0) / size : 0
    })
  }
  return standardized(scores, sizes)
}

function standardized(scores: Float64Array, sizes: Float64Array): Float64Array<ArrayBuffer> {
  const rows = sizes.reduce((a, b) => a + b, 0)
  const mean = scores.reduce((sum, score, k) => sum + (score * (sizes[k] ?? 0)) / rows, 0)
  const variance = scores.reduce((sum, score, k) => sum + ((score - mean) ** 2 * (sizes[k] ?? 0)) / rows, 0)
  return Float64Array.from(scores, (score) => (score - mean) / (Math.sqrt(variance) || 1))
}
