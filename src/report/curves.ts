import type { MetricName, Task } from '../model/metrics.ts'
import type { RunResult } from '../plan/run.ts'
import { gridCurve, type GridCurve } from './explorer/grid.ts'
import { quantileOf } from './numbers.ts'

export type Point = readonly [x: number, y: number]

/** What charts need of a run's curves, however long it was; the files under `curves/runs` hold every step. */
export interface ThinCurve {
  readonly id: string
  readonly label: string
  readonly seed: number
  /** By step, from 1. */
  readonly loss: readonly Point[]
  readonly learningRate: readonly Point[]
  readonly gradientNorm: readonly Point[]
  /** Loss by effective learning rate: what a range test draws. */
  readonly lossByRate: readonly Point[]
  /** The same through a centred median of 5, as the range test reads it. */
  readonly smoothedByRate: readonly Point[]
  /** By step: loss and objective on both splits. */
  readonly evaluations: readonly {
    readonly step: number
    readonly epoch: number
    readonly trainLoss: number | null
    readonly validationLoss: number | null
    readonly trainObjective: number | null
    readonly validationObjective: number | null
  }[]
  /** For the page that shows all trials together. */
  readonly grid: GridCurve
}

/** The metric that is the loss without label smoothing. */
export const lossOf = (task: Task): MetricName => (task === 'classification' ? 'nll' : 'mse')

export type CurveBook = ReadonlyMap<string, ThinCurve>

/** Points a chart can show; a screen has no more columns. */
const buckets = 300

/** `stretches` is how finely the page that shows all trials together draws this one. */
export function thinCurve(run: RunResult, objective: MetricName, loss: MetricName, stretches = 100): ThinCurve {
  const { steps } = run
  const bySteps = (values: readonly number[]): Point[] =>
    thin(
      values.map((v, i) => [i + 1, v] as const),
      buckets,
    )
  return {
    id: run.id,
    label: run.request.label,
    seed: run.request.seed,
    loss: bySteps(steps.loss),
    learningRate: bySteps(steps.learningRate),
    gradientNorm: bySteps(steps.gradientNorm),
    smoothedByRate: thin(
      medianOfFive(steps.loss).map((v, i) => [steps.learningRate[i] ?? NaN, v] as const),
      buckets,
    ),
    lossByRate: thin(
      steps.loss.map((v, i) => [steps.learningRate[i] ?? NaN, v] as const),
      buckets,
    ),
    evaluations: spaced(run.evaluations, buckets).map((e) => ({
      step: e.step,
      epoch: e.epoch,
      trainLoss: e.train[loss] ?? null,
      validationLoss: e.validation[loss] ?? null,
      trainObjective: e.train[objective] ?? null,
      validationObjective: e.validation[objective] ?? null,
    })),
    grid: gridCurve(run, { objective, loss }, stretches),
  }
}

/**
 * At most `2 × count` of the points, extremes kept: of each of `count` equal stretches the smallest and the largest
 * value, in the order they came, and always the first and the last point. A spike of one step stays visible among a
 * million.
 * Points that are not finite are left out.
 */
export function thin(points: readonly Point[], count: number): Point[] {
  const finite = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
  if (finite.length <= 2 * count) return finite
  const kept = new Set<number>([0, finite.length - 1])
  for (let b = 0; b < count; b++) {
    const [start, end] = [Math.floor((b * finite.length) / count), Math.floor(((b + 1) * finite.length) / count)]
    let [least, most] = [start, start]
    for (let i = start; i < end; i++) {
      if (valueAt(finite, i) < valueAt(finite, least)) least = i
      if (valueAt(finite, i) > valueAt(finite, most)) most = i
    }
    kept.add(least).add(most)
  }
  return [...kept].sort((a, b) => a - b).map((i) => finite[i] as Point)
}

/** Each value replaced by the median of the five around it, fewer at the edges; values that are not finite count as largest. */
function medianOfFive(values: readonly number[]): number[] {
  return values.map((_, i) => {
    const around = values.slice(Math.max(0, i - 2), i + 3).map((v) => (Number.isFinite(v) ? v : Infinity))
    return quantileOf(around, 0.5)
  })
}

const valueAt = (points: readonly Point[], i: number): number => points[i]?.[1] ?? NaN

/** At most `count` of the items at equal distances, the last among them. */
function spaced<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))] as T)
}
