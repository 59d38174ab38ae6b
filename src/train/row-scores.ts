import { targetAt } from '../base/rows.ts'
import type { MetricName } from '../records/metrics.ts'
import { mean } from '../stats/describe.ts'
import type { EnsembleTask } from './ensemble.ts'
import { crossEntropyOf, wrongIn } from './label-metrics.ts'
import { unitOf } from './metrics.ts'
import { softmaxRow, type Outputs } from './predicted.ts'

/** What each row contributes to a metric: the metric is the mean over rows. Metrics without such parts are absent. */
export type RowScores = { readonly [name in MetricName]?: Float64Array }

/**
 * The contributions of rows to accuracy, or subset accuracy, and nll; or to r2 and mae.
 *
 * @param outputs logits or standardized values, rows × width
 * @param targets class index, one per row; or standardized values or labels, rows × width
 */
export function rowScores({ task, width, scale }: EnsembleTask, outputs: Outputs, targets: Float32Array): RowScores {
  if (task === 'classification') {
    const parts = Array.from(targets, (label, row) => ({ label, ...softmaxRow(outputs, row * width, width) }))
    return {
      accuracy: Float64Array.from(parts, ({ label, top }) => Number(label === top)),
      nll: Float64Array.from(parts, ({ label, logSum }, row) => logSum - (outputs[row * width + label] ?? NaN)),
    }
  }
  if (task === 'multi-label') return labelScores(width, outputs, targets)
  const perRow = (of: (target: number, i: number) => number): Float64Array => {
    const all = targets.length / width
    return Float64Array.from({ length: all }, (_, row) =>
      mean(Array.from({ length: width }, (_, k) => of(targets[row * width + k] ?? NaN, row * width + k))),
    )
  }
  const variances = Array.from({ length: width }, (_, k) => varianceOf(targetAt(targets, k, width)))
  const errorAt = (target: number, i: number): number => (outputs[i] ?? NaN) - target
  return {
    ...(variances.every((variance) => variance > 0)
      ? { r2: perRow((target, i) => 1 - errorAt(target, i) ** 2 / (variances[i % width] ?? NaN)) }
      : {}),
    mae: perRow((target, i) => Math.abs(errorAt(target, i)) * unitOf(scale)),
  }
}

function labelScores(width: number, outputs: Outputs, targets: Float32Array): RowScores {
  const rows = Array.from({ length: targets.length / width }, (_, row) => row * width)
  const loss = (start: number): number =>
    mean(Array.from({ length: width }, (_, k) => crossEntropyOf(outputs[start + k] ?? NaN, targets[start + k] ?? NaN)))
  return {
    subsetAccuracy: Float64Array.from(rows, (start) => Number(wrongIn(outputs, targets, start, width) === 0)),
    nll: Float64Array.from(rows, loss),
  }
}

function varianceOf(values: Float32Array): number {
  const center = mean(values)
  return mean(Array.from(values, (value) => (value - center) ** 2))
}
