import type { MetricName } from '../records/metrics.ts'
import { mean } from '../stats/describe.ts'
import type { EnsembleTask } from './ensemble.ts'
import { softmaxRow, type Outputs } from './predicted.ts'

/** What each row contributes to a metric: the metric is the mean over rows. Metrics without such parts are absent. */
export type RowScores = { readonly [name in MetricName]?: Float64Array }

/**
 * The contributions of rows to accuracy and nll, or to r2 and mae.
 *
 * @param outputs logits or standardized values, rows × width
 * @param targets class index or standardized value, one per row
 */
export function rowScores({ task, width, scale }: EnsembleTask, outputs: Outputs, targets: Float32Array): RowScores {
  const rows = Array.from(targets)
  if (task === 'classification') {
    const parts = rows.map((label, row) => ({ label, ...softmaxRow(outputs, row * width, width) }))
    return {
      accuracy: Float64Array.from(parts, ({ label, top }) => Number(label === top)),
      nll: Float64Array.from(parts, ({ label, logSum }, row) => logSum - (outputs[row * width + label] ?? NaN)),
    }
  }
  const center = mean(targets)
  const variance = mean(rows.map((value) => (value - center) ** 2))
  const errors = rows.map((value, row) => (outputs[row] ?? NaN) - value)
  return {
    ...(variance > 0 ? { r2: Float64Array.from(errors, (e) => 1 - (e * e) / variance) } : {}),
    mae: Float64Array.from(errors, (e) => Math.abs(e) * (scale?.sd ?? 1)),
  }
}
