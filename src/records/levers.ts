/**
 * The levers: every hyperparameter that a spec may set and a stage may move, in the four buckets of the process. All values
 * are explicit here; shorthand and presets are already resolved.
 */
export interface Levers {
  readonly optimization: OptimizationLevers
  readonly batching: BatchingLevers
  readonly regularization: RegularizationLevers
  readonly scheduling: SchedulingLevers
}

/** What the program asks of an optimizer besides its update (`train/optimizer.ts`). */
interface OptimizerDefinition {
  /** As prose spells it. */
  readonly title: string
  /** Its levers: `adam` has beta1, beta2 and epsilon, `sgd` momentum and nesterov. Rules of scaling differ by it too. */
  readonly family: 'adam' | 'sgd'
}

export const optimizers = {
  adamw: { title: 'AdamW', family: 'adam' },
  nadamw: { title: 'NAdamW', family: 'adam' },
  adam: { title: 'Adam', family: 'adam' },
  sgd: { title: 'SGD', family: 'sgd' },
} as const satisfies Record<string, OptimizerDefinition>

export type OptimizerName = keyof typeof optimizers
export const optimizerNames = Object.keys(optimizers) as readonly OptimizerName[]

export interface OptimizationLevers {
  readonly optimizer: OptimizerName
  /** Peak learning rate, above 0. */
  readonly learningRate: number
  /** SGD only, in [0, 1). */
  readonly momentum: number
  readonly nesterov: boolean
  /** Adam family only. */
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

export interface BatchingLevers {
  /** Examples per forward pass. */
  readonly batchSize: number
  /** Forward passes per step; the effective batch is `batchSize × accumulate`. */
  readonly accumulate: number
}

export interface RegularizationLevers {
  /** Added to the gradient for Adam (L2), decoupled for every other optimizer; never applied to biases and norms. */
  readonly weightDecay: number
  /** Rate of every dropout layer without its own rate, in [0, 1). */
  readonly dropout: number
  /** Share of the target spread over all classes, in [0, 1); classification only. */
  readonly labelSmoothing: number
  /** Strength in [0, 1]: 0 is off, 1 the preset's full policy. */
  readonly augmentation: number
}

export type ScheduleName = 'constant' | 'cosine' | 'one-cycle' | 'step' | 'linear' | 'exponential'
export const scheduleNames: readonly ScheduleName[] = ['constant', 'cosine', 'one-cycle', 'step', 'linear', 'exponential']

export interface SchedulingLevers {
  readonly schedule: ScheduleName
  /** Steps of linear warmup, at most half of a run's steps. */
  readonly warmupSteps: number
  /** Last learning rate as a share of the peak, in [0, 1]. */
  readonly finalFraction: number
  /** Largest global gradient norm; null means no clipping. */
  readonly clipNorm: number | null
  /** Passes over the training data, at least 1. */
  readonly epochs: number
  /** Evaluations without improvement before a run stops; null means never. */
  readonly patience: number | null
}

/** What determines the length of a run. */
interface RunLengthLevers {
  readonly batching: BatchingLevers
  readonly scheduling: Pick<SchedulingLevers, 'epochs'>
}

/** Steps of a full run. Every step has the same number of rows; leftover rows of an epoch go into the next epoch. */
export function stepsOfRun({ batching, scheduling: { epochs } }: RunLengthLevers, trainingRows: number): number {
  const { batchSize, accumulate } = batching
  return epochs * Math.max(1, Math.floor(trainingRows / (batchSize * accumulate)))
}

export type Bucket = keyof Levers
export const buckets: readonly Bucket[] = ['optimization', 'batching', 'regularization', 'scheduling']

export type LeverValue = string | number | boolean | null

/** The levers by name (unique across buckets), each with its bucket. */
export const leverBuckets = {
  optimizer: 'optimization',
  learningRate: 'optimization',
  momentum: 'optimization',
  nesterov: 'optimization',
  beta1: 'optimization',
  beta2: 'optimization',
  epsilon: 'optimization',
  batchSize: 'batching',
  accumulate: 'batching',
  weightDecay: 'regularization',
  dropout: 'regularization',
  labelSmoothing: 'regularization',
  augmentation: 'regularization',
  schedule: 'scheduling',
  warmupSteps: 'scheduling',
  finalFraction: 'scheduling',
  clipNorm: 'scheduling',
  epochs: 'scheduling',
  patience: 'scheduling',
} as const satisfies Record<string, Bucket>

export type LeverName = keyof typeof leverBuckets
export const leverNames = Object.keys(leverBuckets) as readonly LeverName[]

/** New values for some levers. */
export type LeverPatch = { readonly [name in LeverName]?: LeverValue }

export function leverValue(levers: Levers, name: LeverName): LeverValue {
  // test/records/levers.test.ts checks the table above and the interfaces against each other.
  return (levers[leverBuckets[name]] as unknown as Record<LeverName, LeverValue>)[name]
}

/** A copy with some levers moved; it finds buckets by name. */
export function withLevers(levers: Levers, patch: LeverPatch): Levers {
  const moved: Record<Bucket, Record<string, LeverValue>> = {
    optimization: { ...levers.optimization },
    batching: { ...levers.batching },
    regularization: { ...levers.regularization },
    scheduling: { ...levers.scheduling },
  }
  for (const name of leverNames) {
    const value = patch[name]
    if (value !== undefined) moved[leverBuckets[name]][name] = value
  }
  return moved as unknown as Levers
}

export interface LeverDifference {
  readonly lever: LeverName
  readonly from: LeverValue
  readonly to: LeverValue
}

/** The differences, in the order of the buckets. */
export function leverDifferences(from: Levers, to: Levers): LeverDifference[] {
  return leverNames
    .map((lever) => ({ lever, from: leverValue(from, lever), to: leverValue(to, lever) }))
    .filter((d) => d.from !== d.to)
}
