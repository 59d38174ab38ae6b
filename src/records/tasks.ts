import type { MetricName, Task } from './metrics.ts'

/** What everything that depends on the task asks about it. A new task does not compile until it has an answer to each. */
interface TaskDefinition {
  /** What is predicted, in a few words, for tables and plans. `names` are classes, labels or several targets. */
  readonly predicts: (names: number) => string
  /** The metric that is the training loss without label smoothing; the objective unless a spec names another. */
  readonly loss: MetricName
  /** The same as the title of an axis. */
  readonly lossTitle: string
  /** The metric that people read first, and a proper score that sees overconfidence; both are means over rows. */
  readonly initial: readonly [main: MetricName, proper: MetricName]
  /** The metric by which a collapse shows: a constant guess has the same value of it however unequal classes or labels are. */
  readonly usual: MetricName
  /** What a guess that does not look at the inputs has on that metric, by the number of classes. */
  readonly guessLevel: (classes: number) => number
  /** What such a guess always says, after "guessing". */
  readonly guessed: string
  /** The metric for the share of rows that are right; null if rows are not right or wrong. */
  readonly right: MetricName | null
  /** Kinds of predictions that results and training scripts may report. */
  readonly kinds: readonly ('logits' | 'probabilities' | 'values')[]
  /** Whether outputs are logits of classes that exclude each other, whose probabilities have a reliability diagram. */
  readonly isCalibrated: boolean
  /** Whether targets can be smoothed. */
  readonly smoothsLabels: boolean
  /** What the loss can weigh: classes or labels, and single rows. */
  readonly weighs: readonly ('classes' | 'rows')[]
}

/** What a label is by itself: yes or no. */
export const classesOfLabel = 2

const definitions: Readonly<Record<Task, TaskDefinition>> = {
  classification: {
    predicts: (names) => `${names} classes`,
    loss: 'nll',
    lossTitle: 'negative log-likelihood (nats)',
    initial: ['accuracy', 'nll'],
    usual: 'balancedAccuracy',
    guessLevel: (classes) => 1 / classes,
    guessed: 'one class',
    right: 'accuracy',
    kinds: ['logits', 'probabilities'],
    isCalibrated: true,
    smoothsLabels: true,
    weighs: ['classes', 'rows'],
  },
  'multi-label': {
    predicts: (names) => `${names} labels, each yes or no`,
    loss: 'nll',
    lossTitle: 'binary cross-entropy (nats)',
    initial: ['subsetAccuracy', 'nll'],
    usual: 'balancedAccuracy',
    guessLevel: () => 1 / classesOfLabel,
    guessed: 'the same labels',
    right: 'subsetAccuracy',
    kinds: ['logits', 'probabilities'],
    isCalibrated: false,
    smoothsLabels: false,
    weighs: ['classes'],
  },
  regression: {
    predicts: (names) => (names > 1 ? `${names} numbers to predict` : 'one number to predict'),
    loss: 'mse',
    lossTitle: 'mean squared error',
    initial: ['r2', 'mae'],
    usual: 'r2',
    guessLevel: () => 0,
    guessed: 'the mean',
    right: null,
    kinds: ['values'],
    isCalibrated: false,
    smoothsLabels: false,
    weighs: [],
  },
}

export const taskOf = (task: Task): TaskDefinition => definitions[task]
/** Whether the metric is the share of rows that are right, of whichever task. */
export const isShareOfRight = (name: MetricName): boolean => Object.values(definitions).some(({ right }) => right === name)
export const taskNames = Object.keys(definitions) as readonly Task[]
