import { measured } from '../diagnose/curve.ts'
import type { MetricName, Task } from '../records/metrics.ts'
import type { RunResult } from '../records/run.ts'
import { taskOf } from '../records/tasks.ts'
import { stageNamed } from '../stages/index.ts'
import { drawnRuns } from './explorer/drawn.ts'
import { gridCurve, stretchesFor, type GridCurve } from './explorer/grid.ts'
import type { Report } from './model.ts'
import { quantileOf } from './numbers.ts'

export type Point = readonly [x: number, y: number]

/** What charts need from a run's curves, however long it was; the files under `curves/runs` have every step. */
export interface ThinCurve {
  readonly id: string
  readonly label: string
  readonly seed: number
  /** By step, from 1; empty for the trials of a search, which are only drawn together: a study has hundreds of them. */
  readonly loss: readonly Point[]
  /** One unit of it in units of the evaluated losses: those of a regression are in the target's own. */
  readonly lossUnit: number
  readonly learningRate: readonly Point[]
  readonly gradientNorm: readonly Point[]
  /** Loss by effective learning rate, for the chart of a range test; empty for any other run. */
  readonly lossByRate: readonly Point[]
  /** The same through a centered median of 5, as the range test reads it. */
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
  /** For the page that shows the trials together; null if it does not draw this one. */
  readonly grid: GridCurve | null
}

/** The metric that is the loss without label smoothing. */
export const lossOf = (task: Task): MetricName => taskOf(task).loss

export type CurveBook = ReadonlyMap<string, ThinCurve>

/** The most points that a chart can show; a screen has no more columns. */
const buckets = 300

/** `stretches` determines how finely the page that shows the trials together draws this one; null if it does not. */
export function thinCurve(
  run: RunResult,
  objective: MetricName,
  loss: MetricName,
  stretches: number | null = 100,
): ThinCurve {
  const { steps, request } = run
  const rangeTest = request.job.kind === 'range-test'
  const alone = !rangeTest && stageNamed(request.stage).chartsSteps === true
  const bySteps = (values: readonly number[]): Point[] => (alone ? thin(values, buckets) : [])
  const byRate = (i: number): number => steps.learningRate[i] ?? NaN
  return {
    id: run.id,
    label: request.label,
    seed: request.seed,
    loss: bySteps(steps.loss),
    lossUnit: lossUnitOf(run),
    learningRate: bySteps(steps.learningRate),
    gradientNorm: bySteps(steps.gradientNorm),
    lossByRate: rangeTest ? thin(steps.loss, buckets, byRate) : [],
    smoothedByRate: rangeTest ? thin(medianOfFive(steps.loss), buckets, byRate) : [],
    evaluations: spaced(run.evaluations, buckets).map((e) => ({
      step: e.step,
      epoch: e.epoch,
      trainLoss: e.train[loss] ?? null,
      validationLoss: e.validation[loss] ?? null,
      trainObjective: e.train[objective] ?? null,
      validationObjective: e.validation[objective] ?? null,
    })),
    grid: stretches === null ? null : gridCurve(run, { objective, loss }, stretches),
  }
}

/** By what a constant guess has, which is 1 for standardized targets; 1 for other losses. */
function lossUnitOf({ evaluations }: RunResult): number {
  const constant = evaluations.flatMap(({ train }) => measured(train).constantLoss ?? [])
  return constant.length === 0 ? 1 : quantileOf(constant, 0.5)
}

/**
 * At most `2 × count + 2` points that keep extremes: for each of `count` equal stretches, the smallest and the largest value
 * in their order, and always the first and the last. A spike of one step stays visible among a million. Non-finite values
 * are omitted; all others stay if there are at most `2 × count`. `xOf` gives the position of a value: by default its step,
 * from 1. Only the kept points are created, since a run may have millions of steps.
 */
export function thin(values: readonly number[], count: number, xOf: (i: number) => number = (i) => i + 1): Point[] {
  const point = (i: number): Point => [xOf(i), values[i] ?? NaN]
  const known = knownPlaces(values, xOf)
  if (known.length <= 2 * count) return Array.from(known, point)
  const kept = new Set([known[0] ?? 0, known.at(-1) ?? 0])
  for (let b = 0; b < count; b++) {
    const own = known.subarray(Math.floor((b * known.length) / count), Math.floor(((b + 1) * known.length) / count))
    let [least, most] = [own[0] ?? 0, own[0] ?? 0]
    for (const i of own) {
      if ((values[i] ?? 0) < (values[least] ?? 0)) least = i
      if ((values[i] ?? 0) > (values[most] ?? 0)) most = i
    }
    kept.add(least).add(most)
  }
  return [...kept].sort((a, b) => a - b).map(point)
}

/** Where values are finite, in order. */
function knownPlaces(values: readonly number[], xOf: (i: number) => number): Uint32Array {
  const places = new Uint32Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]) && Number.isFinite(xOf(i))) places[count++] = i
  return places.subarray(0, count)
}

/** Each value replaced by the median of the five around it, fewer at the edges; non-finite values count as largest. */
function medianOfFive(values: readonly number[]): number[] {
  return values.map((_, i) => {
    const around = values.slice(Math.max(0, i - 2), i + 3).map((v) => (Number.isFinite(v) ? v : Infinity))
    return quantileOf(around, 0.5)
  })
}

/** At most `count` of the items, evenly spaced, including the last. */
function spaced<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))] as T)
}

/** How each run of a report is thinned: as finely as its charts allow. */
export function thinning(report: Report): (run: RunResult) => ThinCurve {
  const { task, objective } = report.study
  const [drawn, stretches] = [new Set(drawnRuns(report).map(({ id }) => id)), stretchesFor(report.runs.length)]
  return (run) => thinCurve(run, objective, lossOf(task), drawn.has(run.id) ? stretches : null)
}

/** The curves of all runs, as thinned as the charts of this report allow. */
export async function curveBook(report: Report, runs: AsyncIterable<RunResult>): Promise<CurveBook> {
  const curves = new Map<string, ThinCurve>()
  const thinned = thinning(report)
  for await (const run of runs) curves.set(run.id, thinned(run))
  return curves
}
