import { isPossible } from '../records/metric-ranges.ts'
import {
  allMetricsOf,
  isMeanOverRows,
  metricNames,
  metricsOf,
  type MetricName,
  type Metrics,
  type RowValues,
  type Task,
} from '../records/metrics.ts'
import type { ByClass } from '../records/by-class.ts'
import type { SplitMetrics, VerifiedRun } from '../records/decision.ts'
import type { LockedSeed } from '../records/lock.ts'
import type { DataFacts } from '../records/plan.ts'
import type { RunCalibration } from '../records/run.ts'
import type { SubsetRequest } from '../records/subsets.ts'
import type { Report } from '../report/model.ts'
import { impossibleSubsets } from './measured-subsets.ts'
import { taskOf } from '../records/tasks.ts'
import { mean } from '../stats/describe.ts'

/** What the runs of one study are measured on. */
export interface Measured {
  readonly task: Task
  readonly rows: DataFacts['rows']
  /** Whether a training script measured it, on rows of its own and perhaps not every metric. */
  readonly script: boolean
  /** The classes and segments that gates ask for. */
  readonly subsets: readonly SubsetRequest[]
}

type Rows = Pick<DataFacts['rows'], 'validation' | 'test'>

/**
 * What cannot be true of a verified run, as a clause; undefined if nothing. It finds numbers that no training could have
 * measured. Numbers that were invented with care pass.
 */
export function impossible(run: VerifiedRun | LockedSeed, measured: Measured): string | undefined {
  const { task, rows, script } = measured
  const { status, validation, test, testRows, subsets, weights, averaged } = run
  const calibration = 'calibration' in run ? run.calibration : undefined
  if (status !== 'complete') {
    return validation || test || testRows || subsets || weights !== null || calibration || averaged
      ? `has results, but its status is ${status}`
      : undefined
  }
  if (!weights || !validation) return 'is complete but has no results'
  const ofRows = testRows && wrongRows(testRows, test)
  if (ofRows !== undefined) return ofRows
  if (script) return outOfRange(validation, 'validation') ?? (test ? outOfRange(test, 'test') : undefined)
  if ((test !== null) !== rows.test > 0) return `has ${test ? '' : 'no '}test metrics, but there are ${rows.test} test rows`
  if (taskOf(task).isCalibrated && 'run' in run && !calibration) return 'has no reliability diagram'
  return (
    wrongMetrics(validation, task, rows.validation, 'validation') ??
    (test ? wrongMetrics(test, task, rows.test, 'test') : undefined) ??
    impossibleSubsets(subsets ?? [], test, rows, measured.subsets) ??
    (averaged ? wrongAverage(averaged, task, rows) : undefined) ??
    (calibration ? wrongCalibration(calibration, { validation, test }, rows) : undefined)
  )
}

/**
 * What cannot be true of the scores of an ensemble, as a clause; undefined if nothing, or if there are none. A report has no
 * outputs of single rows, so only the mean of single models can be compared with the seeds.
 */
export function impossibleEnsemble(
  { seeds, ensemble }: Pick<NonNullable<Report['verification']>, 'seeds' | 'ensemble'>,
  { task, rows }: Pick<Measured, 'task' | 'rows'>,
): string | undefined {
  if (ensemble === undefined) return undefined
  const { members, rows: scored, models } = ensemble
  const tests = seeds.flatMap(({ candidate }) => candidate.test ?? [])
  if (members !== tests.length) return `has ${members} members, but ${tests.length} seeds completed`
  if (scored > rows.test) return `is scored on ${scored} rows, but there are ${rows.test} test rows`
  const wrong = models.map(({ test }) => wrongValues(test, task, 'test')).find((w) => w !== undefined)
  const [first] = models
  if (wrong !== undefined || first === undefined || scored < rows.test) return wrong
  const of = (name: MetricName): number => mean(tests.map((test) => test[name] ?? Number.NaN))
  const off = metricsOf(task).find((name) => !isNear(first.test[name] ?? Number.NaN, of(name)))
  return off === undefined ? undefined : `has a mean ${off} that its seeds do not have`
}

/**
 * What cannot be true of the scores of the classes, as a clause; undefined if nothing, or if there are none. If all rows are
 * scored, the classes together have the accuracy and the nll of the seeds.
 */
export function impossibleClasses(
  { seeds, byClass }: Pick<NonNullable<Report['verification']>, 'seeds' | 'byClass'>,
  { task, rows }: Pick<Measured, 'task' | 'rows'>,
): string | undefined {
  if (byClass === undefined) return undefined
  const { split, classes } = byClass
  const found = seeds.flatMap(({ candidate }) => candidate[split] ?? [])
  if (task === 'multi-label') return impossibleLabels(byClass, rows[split], found.length)
  const scored = classes.reduce((sum, one) => sum + one.rows, 0)
  if (byClass.seeds > found.length) return `is over ${byClass.seeds} seeds, but ${found.length} completed`
  if (scored !== byClass.rows || scored > rows[split])
    return `has ${scored} rows, but ${byClass.rows} are scored of ${rows[split]} ${split} rows`
  if (classes.some(({ recall }) => recall.mean > 1)) return 'has a recall above 1'
  if (scored < rows[split] || byClass.seeds < found.length) return undefined
  const together = { accuracy: weighted(classes, 'recall'), nll: weighted(classes, 'nll') }
  const off = (['accuracy', 'nll'] as const).find(
    (name) => !isNear(together[name], mean(found.map((metrics) => metrics[name] ?? Number.NaN))),
  )
  return off === undefined ? undefined : `has a mean ${off} that its seeds do not have`
}

/** Labels do not exclude each other, so their rows need not add up. */
function impossibleLabels({ seeds, rows, classes }: ByClass, all: number, completed: number): string | undefined {
  if (seeds > completed) return `is over ${seeds} seeds, but ${completed} completed`
  if (rows > all) return `has ${rows} rows, but there are ${all}`
  if (classes.some((one) => one.rows > rows)) return 'has a label with more rows than there are'
  if (classes.some(({ recall, precision, f1 }) => [recall, precision, f1].some((score) => score && score.mean > 1)))
    return 'has a score of a label above 1'
  return undefined
}

const weighted = (classes: ByClass['classes'], score: 'recall' | 'nll'): number =>
  classes.reduce((sum, one) => sum + one.rows * one[score].mean, 0) / classes.reduce((sum, one) => sum + one.rows, 0)

/**
 * Groups of rows add up to their metric if it is a mean over rows. Groups of different sizes do so only about: the mean over
 * n pseudo-values is off by at most an nth of their range, since the metric is a mean of those without a group, each
 * weighted by at most 1 / (n − 1).
 */
function wrongRows(found: RowValues, test: Metrics | null): string | undefined {
  const names = Object.keys(found) as MetricName[]
  const off = names.find((name) => {
    const values = found[name] ?? []
    const value = test?.[name]
    const range = Math.max(...values) - Math.min(...values)
    if (value === undefined || !Number.isFinite(range * range)) return true
    const size = Math.max(Math.abs(value), range)
    return isMeanOverRows(name) && Math.abs(mean(values) - value) > range / values.length + loose * size
  })
  return off === undefined ? undefined : `has groups of test rows that do not add up to its ${off}`
}

function wrongAverage({ validation, test }: SplitMetrics, task: Task, rows: Rows): string | undefined {
  if ((test === null) !== (rows.test === 0)) return `averages its weights ${test ? 'with' : 'without'} test metrics`
  return (
    wrongMetrics(validation, task, rows.validation, 'averaged validation') ??
    (test ? wrongMetrics(test, task, rows.test, 'averaged test') : undefined)
  )
}

function wrongMetrics(found: Metrics, task: Task, rows: number, split: string): string | undefined {
  const wrong = wrongValues(found, task, split)
  if (wrong !== undefined) return wrong
  const { right } = taskOf(task)
  const share = right === null ? undefined : found[right]
  if (share !== undefined && !isShare(share, rows)) {
    return `has a ${split} ${right} of ${share}, which no number of ${rows} rows gives`
  }
  const { mse, rmse, mae } = found
  if (mse === undefined || rmse === undefined || mae === undefined) return undefined
  if (!isNear(rmse * rmse, mse)) return `has a ${split} rmse of ${rmse} and a mse of ${mse}`
  return mae > rmse * (1 + loose) ? `has a ${split} mae of ${mae}, above its rmse of ${rmse}` : undefined
}

/** Metrics of another task, or values outside the range of their metric. */
function wrongValues(found: Metrics, task: Task, split: string): string | undefined {
  const names = metricsOf(task)
  const others = (Object.keys(found) as MetricName[]).filter((name) => !names.includes(name))
  const foreign = others.some((name) => !allMetricsOf(task).includes(name))
  if (foreign || Object.keys(found).length < names.length) return `does not have the ${split} metrics of a ${task}`
  const missing = names.find((name) => found[name] === undefined)
  return missing === undefined ? outOfRange(found, split) : `has a ${split} ${missing} of undefined`
}

/** The first value that its metric cannot have. */
function outOfRange(found: Metrics, split: string): string | undefined {
  const wrong = metricNames.find((name) => found[name] !== undefined && !isPossible(name, found[name]))
  return wrong === undefined ? undefined : `has a ${split} ${wrong} of ${found[wrong]}`
}

/** The most that two values may differ if each was rounded to six digits. */
const loose = 3e-5
const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= loose * Math.max(Math.abs(a), Math.abs(b))

/** Whether a share, rounded to six digits, corresponds to a whole number of rows. */
function isShare(share: number, rows: number): boolean {
  const right = share * rows
  return Math.abs(right - Math.round(right)) <= 1e-6 + 6e-7 * rows
}

function wrongCalibration(
  { split, rows, asTrained, scaled }: RunCalibration,
  metrics: Pick<LockedSeed, 'validation' | 'test'>,
  all: Rows,
): string | undefined {
  if (split !== (all.test > 0 ? 'test' : 'validation') || rows !== all[split]) {
    return `is calibrated on ${rows} ${split} rows, but there are ${all[split]}`
  }
  for (const { bins } of [asTrained, ...(scaled ? [scaled] : [])]) {
    const counted = bins.reduce((sum, bin) => sum + bin.count, 0)
    if (counted !== rows) return `has a reliability diagram of ${counted} rows, but there are ${rows}`
  }
  const { brier } = asTrained
  const right = asTrained.bins.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0) / rows
  const said = metrics[split] ?? {}
  if (!isNear(brier, said.brier ?? Number.NaN)) return `has two Brier scores, ${brier} and ${said.brier}`
  const same = Math.abs(right - (said.accuracy ?? Number.NaN)) <= 1e-4 + 1 / rows
  return same ? undefined : 'has a reliability diagram of another accuracy'
}
