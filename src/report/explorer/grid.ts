import type { RunResult } from '../../records/run.ts'
import type { MetricName } from '../../records/metrics.ts'
import { mostTrials } from './drawn.ts'

/** Evenly spaced values of a run, as the page draws them; null if a value is not finite. */
export type GridValues = readonly (number | null)[]

/** A run's curves in few numbers, so that a page can hold a thousand trials. */
export interface GridCurve {
  /** Epochs trained by the last logged step; 0 if no step was logged. */
  readonly epochs: number
  /** Training loss, gradient norm, effective rate: evenly spaced over the epochs, the last at the end. */
  readonly loss: GridValues
  readonly gradientNorm: GridValues
  readonly learningRate: GridValues
  /** Share of clipped steps in each of equal stretches. */
  readonly clipped: GridValues
  /** Epoch of each evaluation, and its validation measurements. */
  readonly evaluated: readonly number[]
  readonly objective: GridValues
  readonly validationLoss: GridValues
}

/** Number of stretches per run: fewer if there are many runs, so that the page stays below its size limit. */
export const stretchesFor = (runs: number): number =>
  Math.min(100, Math.floor(40_000 / Math.min(mostTrials, Math.max(1, runs))))

export function gridCurve(
  run: RunResult,
  metrics: { objective: MetricName; loss: MetricName },
  stretches: number,
): GridCurve {
  const { steps, evaluations } = run
  const last = evaluations.at(-1)
  const epochs = last ? (last.epoch * steps.loss.length) / last.step : 0
  const on = (metric: MetricName): GridValues =>
    extremes(
      evaluations.map((e) => e.validation[metric] ?? NaN),
      stretches,
    )
  return {
    epochs: rounded(epochs, 6) ?? 0,
    loss: extremes(steps.loss, stretches),
    gradientNorm: extremes(steps.gradientNorm, stretches),
    learningRate: spread(steps.learningRate, stretches),
    clipped: shares(steps.clipped, stretches),
    evaluated: places(
      evaluations.map((e) => e.epoch),
      stretches,
    ),
    objective: on(metrics.objective),
    validationLoss: on(metrics.loss),
  }
}

/**
 * All values if there are at most `2 × stretches`; otherwise the smallest and the largest of each stretch, in their order,
 * so that a spike of one step stays. A stretch with a non-finite value shows it as null.
 */
export function extremes(values: readonly number[], stretches: number): GridValues {
  if (values.length <= 2 * stretches) return values.map((v) => rounded(v))
  return Array.from({ length: stretches }, (_, b) => {
    const [start, end] = stretch(values.length, b, stretches)
    let [least, most] = [start, start]
    for (let i = start; i < end; i++) {
      const value = values[i] ?? NaN
      if (!Number.isFinite(value)) return [rounded(values[least] ?? NaN), null]
      if (value < (values[least] ?? NaN)) least = i
      if (value > (values[most] ?? NaN)) most = i
    }
    return [Math.min(least, most), Math.max(least, most)].map((i) => rounded(values[i] ?? NaN))
  }).flat()
}

/** Positions of the values of `extremes`: the first position and the middle of each stretch. */
function places(at: readonly number[], stretches: number): readonly number[] {
  if (at.length <= 2 * stretches) return at
  return Array.from({ length: stretches }, (_, b) => {
    const [start, end] = stretch(at.length, b, stretches)
    return [at[start] ?? 0, at[Math.floor((start + end) / 2)] ?? 0]
  }).flat()
}

/** At most `stretches` of the values of a smooth curve, the last among them. */
function spread(values: readonly number[], stretches: number): GridValues {
  if (values.length <= stretches) return values.map((v) => rounded(v))
  return Array.from({ length: stretches }, (_, b) => rounded(values[stretch(values.length, b, stretches)[1] - 1] ?? NaN))
}

function shares(clipped: readonly boolean[], stretches: number): GridValues {
  const count = Math.min(stretches, Math.ceil(clipped.length / 8))
  return Array.from({ length: count }, (_, b) => {
    const [start, end] = stretch(clipped.length, b, count)
    return rounded(clipped.slice(start, end).filter(Boolean).length / (end - start), 3)
  })
}

const stretch = (length: number, b: number, count: number): readonly [number, number] => [
  Math.floor((b * length) / count),
  Math.floor(((b + 1) * length) / count),
]

const rounded = (value: number, digits = 4): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(digits)) : null
