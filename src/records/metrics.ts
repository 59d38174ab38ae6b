/** What is predicted: one of several classes, whether each of several labels applies, or numbers. */
export type Task = 'classification' | 'multi-label' | 'regression'

const [classes, labels, numbers] = [['classification'], ['multi-label'], ['regression']] as const
const classesOrLabels = [...classes, ...labels] as const
const every = [...classesOrLabels, ...numbers] as const

/** What a metric is: the tasks that have it, and which direction is better. */
export interface MetricDefinition {
  readonly tasks: readonly Task[]
  readonly better: 'higher' | 'lower'
  readonly title: string
  /** The same for several labels, if it reads differently. */
  readonly titleOfLabels?: string
  /** True if the metric is the mean of one value a row. */
  readonly meanOverRows?: true
  /** True if the metric ranks the rows of a class among the others, so the rarer side says how much they show. */
  readonly ranksRows?: true
  /** True if it compares rows with different answers, so rows with equal ones do not define it. */
  readonly comparesAnswers?: true
  /** True if runs compute it only where an objective or a gate names it. */
  readonly onRequest?: true
  /** True if nothing computes it: results or a training script must report it. */
  readonly reported?: true
  /** Set if a gate can name one class: it is measured on the rows of the class, or on all rows, class against rest. */
  readonly ofClass?: 'its-rows' | 'all-rows'
  /** Set if the metric of one label is measured on the rows that have it; otherwise it is measured on all rows. */
  readonly ofLabel?: 'its-rows'
  /** True if it has a value for one class or label alone, so whoever names it must name which. */
  readonly needsClass?: true
  /** True if it is that of the worst class or label, so it judges all of them. */
  readonly ofWorst?: true
}

/** Every metric of evaluated splits; the task decides which a run computes, and for some, whether the spec names it. */
export const metrics = {
  accuracy: {
    tasks: classes,
    better: 'higher',
    title: 'share of examples whose most probable class is correct',
    meanOverRows: true,
  },
  balancedAccuracy: {
    tasks: classesOrLabels,
    better: 'higher',
    title: 'mean recall over the classes',
    titleOfLabels: 'mean recall over yes and no, then over the labels',
  },
  f1: {
    tasks: classesOrLabels,
    better: 'higher',
    title: 'macro F1: mean over the classes of the harmonic mean of precision and recall',
    titleOfLabels: 'macro F1: mean over the labels of the harmonic mean of precision and recall',
    ofClass: 'all-rows',
  },
  nll: {
    tasks: classesOrLabels,
    better: 'lower',
    title: 'mean negative log-likelihood of the correct class, in nats, without label smoothing',
    titleOfLabels: 'mean negative log-likelihood of yes and no over the labels, in nats',
    meanOverRows: true,
    ofClass: 'its-rows',
  },
  brier: {
    tasks: classes,
    better: 'lower',
    title: 'mean squared difference between the probabilities and the correct class, summed over classes',
    meanOverRows: true,
  },
  ece: { tasks: classes, better: 'lower', title: 'expected calibration error over 15 equal-width bins' },
  auroc: {
    tasks: classesOrLabels,
    better: 'higher',
    title: 'area under the ROC curve: of the second of two classes, or the mean over classes, each against the rest',
    titleOfLabels: 'area under the ROC curve, mean over the labels',
    ranksRows: true,
    comparesAnswers: true,
    onRequest: true,
    ofClass: 'all-rows',
  },
  averagePrecision: {
    tasks: classesOrLabels,
    better: 'higher',
    title: 'average precision: of the second of two classes, or the mean over classes, each against the rest',
    titleOfLabels: 'average precision, mean over the labels',
    ranksRows: true,
    comparesAnswers: true,
    onRequest: true,
    ofClass: 'all-rows',
  },
  kappa: {
    tasks: classes,
    better: 'higher',
    title: "Cohen's kappa with quadratic weights, for classes in a meaningful order",
    comparesAnswers: true,
    onRequest: true,
  },
  worstRecall: {
    tasks: classesOrLabels,
    better: 'higher',
    title: 'lowest recall of a class',
    titleOfLabels: 'lowest recall of a label',
    onRequest: true,
    ofWorst: true,
  },
  worstNll: {
    tasks: classesOrLabels,
    better: 'lower',
    title: 'highest mean negative log-likelihood of the rows of a class, in nats',
    titleOfLabels: 'highest mean negative log-likelihood of a label, in nats',
    onRequest: true,
    ofWorst: true,
  },
  recall: {
    tasks: classesOrLabels,
    better: 'higher',
    title: 'share of the rows of one class that the model recognizes; a gate names which',
    titleOfLabels: 'share of the rows that have a label in which the model sees it; a gate names which',
    meanOverRows: true,
    onRequest: true,
    ofClass: 'its-rows',
    ofLabel: 'its-rows',
    needsClass: true,
  },
  precision: {
    tasks: classesOrLabels,
    better: 'higher',
    title: 'share of the rows classified as one class that belong to it, 0 if none is; a gate names which',
    titleOfLabels: 'share of the rows given a label that have it, 0 if none is; a gate names which',
    onRequest: true,
    ofClass: 'all-rows',
    needsClass: true,
  },
  subsetAccuracy: {
    tasks: labels,
    better: 'higher',
    title: 'share of rows whose labels are all correct',
    meanOverRows: true,
  },
  hammingLoss: {
    tasks: labels,
    better: 'lower',
    title: 'share of labels that are wrong, over all rows',
    meanOverRows: true,
  },
  microF1: {
    tasks: labels,
    better: 'higher',
    title: 'micro F1: harmonic mean of precision and recall over the labels of all rows together',
  },
  mse: {
    tasks: numbers,
    better: 'lower',
    title: 'mean squared error, in squared units of the target',
    meanOverRows: true,
  },
  rmse: { tasks: numbers, better: 'lower', title: 'root of the mean squared error, in units of the target' },
  mae: { tasks: numbers, better: 'lower', title: 'mean absolute error, in units of the target', meanOverRows: true },
  r2: { tasks: numbers, better: 'higher', title: 'share of the variance explained', comparesAnswers: true },
  mape: {
    tasks: numbers,
    better: 'lower',
    title: 'mean absolute error as a share of the target; huge if a target is 0',
    meanOverRows: true,
    onRequest: true,
  },
  score: {
    tasks: every,
    better: 'higher',
    title: 'a metric of your own that results or a training script report: higher is better',
    onRequest: true,
    reported: true,
  },
  cost: {
    tasks: every,
    better: 'lower',
    title: 'a metric of your own that results or a training script report: lower is better',
    onRequest: true,
    reported: true,
  },
} as const satisfies Record<string, MetricDefinition>

export type MetricName = keyof typeof metrics
export const metricNames = Object.keys(metrics) as readonly MetricName[]

/** Values by metric name; only the task's own metrics are present. */
export type Metrics = { readonly [name in MetricName]?: number }

/**
 * How much each metric depends on the rows it was measured on: one value for each group of the rows, the same groups for
 * every run on the same rows. A value is what the group adds to the metric (Tukey's pseudo-value: n times the metric minus n
 * − 1 times the metric without the group), so the values average to about the metric, and exactly if it is a mean over rows.
 */
export type RowValues = { readonly [name in MetricName]?: readonly number[] }

/** The metrics of a task, those on request included. */
export const allMetricsOf = (task: Task): readonly MetricName[] =>
  metricNames.filter((name) => (metrics[name] as MetricDefinition).tasks.includes(task))
/** What the metric is, in words, for a task. */
export function titleOf(name: MetricName, task: Task): string {
  const { title, titleOfLabels }: MetricDefinition = metrics[name]
  return task === 'multi-label' ? (titleOfLabels ?? title) : title
}

/** Whether nothing computes the metric, so that results or a training script must report it. */
export const isReported = (name: MetricName): boolean => (metrics[name] as MetricDefinition).reported === true
/** Whether runs compute the metric only where an objective or a gate names it. */
export const isOnRequest = (name: MetricName): boolean => (metrics[name] as MetricDefinition).onRequest === true
/** What the metrics of somebody's own stand for, in sentences: by our names, the names that results or a script have. */
export const ownMetricNotes = (names: { readonly [metric in MetricName]?: string }): string[] =>
  metricNames
    .filter((name) => isReported(name) && names[name] !== undefined)
    .map((name) => `Here, ${name} is ${names[name]}; ${higherIsBetter(name) ? 'higher' : 'lower'} is better.`)
/** The metrics that every run of a task computes. */
export const metricsOf = (task: Task): readonly MetricName[] => allMetricsOf(task).filter((name) => !isOnRequest(name))
/** Whether the metric has a value for one class or label alone, which a gate must name. */
export const needsClass = (name: MetricName): boolean => (metrics[name] as MetricDefinition).needsClass === true
/** Whether the metric is that of the worst class or label. */
export const isOfWorst = (name: MetricName): boolean => (metrics[name] as MetricDefinition).ofWorst === true
/** On which rows the metric of one class is measured; undefined if it has no value for one class. */
export const ofClass = (name: MetricName): MetricDefinition['ofClass'] => (metrics[name] as MetricDefinition).ofClass
/** Whether the metric of one label is measured on the rows that have it. */
export const isOnRowsOfLabel = (name: MetricName): boolean => (metrics[name] as MetricDefinition).ofLabel !== undefined
/** Whether the metric is the mean of one value a row, so that groups of rows say how much it depends on the rows. */
export const isMeanOverRows = (name: MetricName): boolean => (metrics[name] as MetricDefinition).meanOverRows === true
/** Whether the metric ranks the rows of a class among the others. */
export const ranksRows = (name: MetricName): boolean => (metrics[name] as MetricDefinition).ranksRows === true
/** Whether rows with equal answers do not define the metric. */
export const comparesAnswers = (name: MetricName): boolean => (metrics[name] as MetricDefinition).comparesAnswers === true
export const higherIsBetter = (name: MetricName): boolean => metrics[name].better === 'higher'
/** The smallest gains that matter, by metric, in units of the metric; metrics that are not named follow the noise. */
export type LeastEffects = Readonly<Partial<Record<MetricName, number>>>
/** Positive if `to` is better than `from`, whatever the direction of the metric. */
export const gain = (name: MetricName, from: number, to: number): number => (higherIsBetter(name) ? to - from : from - to)

export const isMetricName = (name: string): name is MetricName => Object.hasOwn(metrics, name)
