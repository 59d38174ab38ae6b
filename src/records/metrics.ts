export type Task = 'classification' | 'regression'

/** What a metric is: the tasks that have it, and which direction is better. */
export interface MetricDefinition {
  readonly task: Task
  readonly better: 'higher' | 'lower'
  readonly title: string
  /** True if the metric is the mean of one value a row. */
  readonly meanOverRows?: true
}

/** Every metric that a run computes on each evaluated split; the task decides which. */
export const metrics = {
  accuracy: {
    task: 'classification',
    better: 'higher',
    title: 'share of examples whose most probable class is correct',
    meanOverRows: true,
  },
  balancedAccuracy: { task: 'classification', better: 'higher', title: 'mean recall over the classes' },
  f1: {
    task: 'classification',
    better: 'higher',
    title: 'macro F1: mean over the classes of the harmonic mean of precision and recall',
  },
  nll: {
    task: 'classification',
    better: 'lower',
    title: 'mean negative log-likelihood of the correct class, in nats, without label smoothing',
    meanOverRows: true,
  },
  brier: {
    task: 'classification',
    better: 'lower',
    title: 'mean squared difference between the probabilities and the correct class, summed over classes',
    meanOverRows: true,
  },
  ece: { task: 'classification', better: 'lower', title: 'expected calibration error over 15 equal-width bins' },
  mse: {
    task: 'regression',
    better: 'lower',
    title: 'mean squared error, in squared units of the target',
    meanOverRows: true,
  },
  rmse: { task: 'regression', better: 'lower', title: 'root of the mean squared error, in units of the target' },
  mae: { task: 'regression', better: 'lower', title: 'mean absolute error, in units of the target', meanOverRows: true },
  r2: { task: 'regression', better: 'higher', title: 'share of the variance explained' },
} as const satisfies Record<string, MetricDefinition>

export type MetricName = keyof typeof metrics
export const metricNames = Object.keys(metrics) as readonly MetricName[]

/** Values by metric name; only the task's own metrics are present. */
export type Metrics = { readonly [name in MetricName]?: number }

export const metricsOf = (task: Task): readonly MetricName[] => metricNames.filter((name) => metrics[name].task === task)
/** Whether the metric is the mean of one value a row, so that groups of rows say how much it depends on the rows. */
export const isMeanOverRows = (name: MetricName): boolean => (metrics[name] as MetricDefinition).meanOverRows === true
/** Whether the metric is the share of rows that are right. */
export const isProportion = (name: MetricName): boolean =>
  isMeanOverRows(name) && higherIsBetter(name) && ranges[name][0] === 0
export const higherIsBetter = (name: MetricName): boolean => metrics[name].better === 'higher'
/** Positive if `to` is better than `from`, whatever the direction of the metric. */
export const gain = (name: MetricName, from: number, to: number): number => (higherIsBetter(name) ? to - from : from - to)

/** The smallest and the largest possible value of each metric. */
const ranges: Readonly<Record<MetricName, readonly [number, number]>> = {
  accuracy: [0, 1],
  balancedAccuracy: [0, 1],
  f1: [0, 1],
  nll: [0, Infinity],
  brier: [0, 2],
  ece: [0, 1],
  mse: [0, Infinity],
  rmse: [0, Infinity],
  mae: [0, Infinity],
  r2: [-Infinity, 1],
}
/** What rounding may add to a bound. */
const rounding = 1e-9

export const rangeOf = (name: MetricName): readonly [least: number, most: number] => ranges[name]

export const isMetricName = (name: string): name is MetricName => Object.hasOwn(metrics, name)

/** Whether the metric can have this value at all: finite, and inside its range. */
export function isPossible(name: MetricName, value: number): boolean {
  const [least, most] = ranges[name]
  return Number.isFinite(value) && value >= least - rounding && value <= most + rounding
}
