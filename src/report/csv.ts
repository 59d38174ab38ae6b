import type { MetricName } from '../records/metrics.ts'
import type { RunResult } from '../records/run.ts'
import { csvField } from './escape.ts'

type Field = string | number | boolean | null

const row = (fields: readonly Field[]): string => `${fields.map(csvField).join(',')}\n`

/** Every step of a run: `step,loss,learning_rate,gradient_norm,clipped`, the step from 1, clipped as 0 or 1. */
export function stepsCsv({ steps }: RunResult): string {
  const lines = steps.loss.map((loss, i) =>
    row([i + 1, loss, steps.learningRate[i] ?? null, steps.gradientNorm[i] ?? null, steps.clipped[i] ? 1 : 0]),
  )
  return row(['step', 'loss', 'learning_rate', 'gradient_norm', 'clipped']) + lines.join('')
}

/**
 * The first line of `curves/evaluations.csv`: one file for all runs, one row per evaluation. A run without a fold has the
 * rows of the split.
 */
export function evaluationsHeader(names: readonly MetricName[]): string {
  return row(['run', 'stage', 'label', 'seed', 'fold', 'step', 'epoch', ...columns(names)])
}

export function evaluationsCsv({ id, request, evaluations }: RunResult, names: readonly MetricName[]): string {
  return evaluations
    .map((e) =>
      row([
        id,
        request.stage,
        request.label,
        request.seed,
        request.fold ?? null,
        e.step,
        e.epoch,
        ...names.map((n) => e.train[n] ?? null),
        ...names.map((n) => e.validation[n] ?? null),
      ]),
    )
    .join('')
}

const columns = (names: readonly MetricName[]): string[] => [
  ...names.map((n) => `train_${n}`),
  ...names.map((n) => `validation_${n}`),
]
