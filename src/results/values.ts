import { didYouMean } from '../base/diagnostics.ts'
import { hintFor, numberOf } from '../diagnose/read/cell.ts'
import { plainName } from '../diagnose/read/columns.ts'
import { isPossible, rangeOf } from '../records/metric-ranges.ts'
import { gain, type MetricName, type Metrics } from '../records/metrics.ts'
import type { ResultSplit, ResultsSettings } from '../records/results.ts'
import type { Evaluation } from '../records/run.ts'
import { rounded } from '../train/round.ts'
import { namesIn, type Cell, type Point } from './points.ts'
import type { ReportProblem, SeedRun } from './seeds.ts'

/** The values of one run that count. */
export interface Counted {
  /** Where they stand in the curve; null for a run without points. */
  readonly point: Point | null
  readonly validation: Metrics
  readonly test: Metrics
  /** Metrics whose value is not finite, as words; empty if all are. */
  readonly notFinite: readonly string[]
  /** The curve on validation rows, without points that are not finite. */
  readonly evaluations: readonly Evaluation[]
}

export interface Reading {
  readonly run: SeedRun
  readonly points: readonly Point[]
  readonly settings: ResultsSettings
  readonly objective: MetricName
  readonly report: ReportProblem
}

/**
 * The values that count, by our names. Validation metrics choose the step, and test metrics are those of the same step, or
 * the last ones if that step has none. Reports names that the run lacks, and values that no such metric can have.
 */
export function countedValues(reading: Reading): Counted {
  const { names } = reading.settings
  const chosen = chosenPoint(reading)
  const notFinite: string[] = []
  const read = (split: ResultSplit): Metrics => {
    const entries = Object.entries(names[split]).flatMap(([metric, name]) => {
      const value = valueOf(reading, chosen, metric as MetricName, name)
      if (value === undefined) return []
      if (!Number.isFinite(value)) notFinite.push(`${split} ${metric} (${name}) is ${value}`)
      return [[metric, value] as const]
    })
    return Object.fromEntries(entries)
  }
  return { point: chosen, validation: read('validation'), test: read('test'), notFinite, evaluations: curveOf(reading) }
}

/** The last step with a validation metric, or the one with the best finite objective. */
function chosenPoint(reading: Reading): Point | null {
  const { points, settings, objective } = reading
  const { validation } = settings.names
  const measured = points.filter(({ cells }) =>
    Object.values<string>({ ...validation }).some((name) => cells.has(plainName(name))),
  )
  const last = measured.at(-1) ?? points.at(-1) ?? null
  if (settings.value === 'last') return last
  const name = validation[objective]
  if (name === undefined) return last
  const scored = measured.flatMap((point) => {
    const value = numberIn(point.cells.get(plainName(name)), settings)
    return value !== undefined && Number.isFinite(value) ? [{ point, value }] : []
  })
  const [first, ...rest] = scored
  if (!first) return last
  return rest.reduce((best, one) => (gain(objective, best.value, one.value) > 0 ? one : best), first).point
}

/** The value at the chosen step, or the last one before it; for a split that is evaluated only at the end, the last one. */
function valueOf(reading: Reading, chosen: Point | null, metric: MetricName, name: string): number | undefined {
  const { points, run, settings, report } = reading
  const key = plainName(name)
  const until = chosen === null ? points : points.slice(0, points.indexOf(chosen) + 1)
  const cell = (until.findLast(({ cells }) => cells.has(key)) ?? points.findLast(({ cells }) => cells.has(key)))?.cells.get(
    key,
  )
  if (!cell) {
    missing(reading, metric, name)
    return undefined
  }
  const at = run.mixed ? { at: { file: run.source, line: cell.line, column: 1 } } : {}
  const subject = `${name} of ${run.mixed ? `seed ${run.seed}` : run.source}`
  const value = numberIn(cell, settings)
  if (value === undefined) {
    const hint = hintFor(cell.text)
    report('not-a-number', `${subject} must be a number`, {
      ...at,
      found: cell.text,
      ...(hint === undefined ? {} : { hint }),
    })
    return undefined
  }
  if (!Number.isFinite(value)) return value
  if (isPossible(metric, value)) return rounded(value)
  const [least, most] = rangeOf(metric)
  const percent = most === 1 && value > 1 && value <= 100
  report('impossible', `${subject} is not a value of ${metric}`, {
    ...at,
    found: cell.text,
    allowed: `a number from ${least} to ${most}`,
    ...(percent ? { hint: `if it is in percent, add results: { percent: [${name}] }` } : {}),
  })
  return undefined
}

function missing({ run, report }: Reading, metric: MetricName, name: string): void {
  const known = namesIn(run.rows)
  const meant = didYouMean(name, known)
  const whose = run.mixed ? `seed ${run.seed} in ${run.source}` : run.source
  report('no-metric', `${whose} has no ${name}, which the spec names as ${metric}`, {
    found: known.slice(0, 30).join(', '),
    ...(meant === undefined
      ? { hint: 'every run needs all metrics that the spec names' }
      : { hint: `did you mean "${meant}"?` }),
  })
}

function numberIn(cell: Cell | undefined, { percent }: ResultsSettings): number | undefined {
  const value = cell && numberOf(cell.text)
  if (cell === undefined || value === undefined) return undefined
  const inPercent = !cell.text.endsWith('%') && percent.some((name) => plainName(name) === plainName(cell.name))
  return inPercent ? value / 100 : value
}

/** One entry per step with a validation metric; none for a run with a single value, which is no curve. */
function curveOf({ points, settings }: Reading): Evaluation[] {
  const { validation } = settings.names
  const curve = points.flatMap(({ step, epoch, cells }): Evaluation[] => {
    const entries = Object.entries(validation).flatMap(([metric, name]) => {
      const value = numberIn(cells.get(plainName(name)), settings)
      return value !== undefined && isPossible(metric as MetricName, value) ? [[metric, rounded(value)] as const] : []
    })
    if (entries.length === 0) return []
    return [{ step: step ?? 0, epoch: epoch ?? step ?? 0, train: {}, validation: Object.fromEntries(entries) }]
  })
  return curve.length > 1 ? curve : []
}
