/**
 * The levers: every hyperparameter that a spec may set and a stage may move, in the four buckets of the process. All values
 * are explicit here; shorthand and presets are already resolved.
 */
export interface Levers {
  readonly optimization: OptimizationLevers
  readonly batching: BatchingLevers
  readonly regularization: RegularizationLevers
  readonly scheduling: SchedulingLevers
  /** Hyperparameters of a training script that have no name here, by its names; absent if the spec has none. */
  readonly custom?: Readonly<Record<string, LeverValue>>
}

/** What the program asks of an optimizer besides its update (`train/optimizer.ts`). */
interface OptimizerDefinition {
  /** As prose spells it. */
  readonly title: string
  /** Its levers: `adam` has beta1, beta2 and epsilon, `sgd` momentum and nesterov. Rules of scaling differ by it too. */
  readonly family: 'adam' | 'sgd'
  /** Whether weight decay multiplies the weights by 1 − rate × decay, apart from the gradient. */
  readonly decoupled: boolean
}

export const optimizers = {
  adamw: { title: 'AdamW', family: 'adam', decoupled: true },
  nadamw: { title: 'NAdamW', family: 'adam', decoupled: true },
  adam: { title: 'Adam', family: 'adam', decoupled: false },
  sgd: { title: 'SGD', family: 'sgd', decoupled: true },
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
/** The buckets of every study. */
export const buckets: readonly Exclude<Bucket, 'custom'>[] = ['optimization', 'batching', 'regularization', 'scheduling']

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

export type StandardLever = keyof typeof leverBuckets
/** A hyperparameter that only a training script has: `custom.layers`. */
export type CustomLever = `custom.${string}`
export type LeverName = StandardLever | CustomLever
export const leverNames = Object.keys(leverBuckets) as readonly StandardLever[]

/** Values of a regularizer that can be worth a run: neither a search nor advice leads beyond them. */
export const usefulRange: { readonly [lever in LeverName]?: readonly [least: number, most: number] } = {
  weightDecay: [0, 1],
  dropout: [0, 0.7],
  labelSmoothing: [0, 0.3],
}

export const isCustom = (name: LeverName): name is CustomLever => name.startsWith('custom.')
export const customLever = (name: string): CustomLever => `custom.${name}`
/** The name of a custom lever as the spec and the script have it. */
const ownName = (name: CustomLever): string => name.slice('custom.'.length)

export const bucketOf = (name: LeverName): Bucket => (isCustom(name) ? 'custom' : leverBuckets[name])

/** The names of all levers that these have, in the order of the buckets. */
export const leverNamesOf = ({ custom = {} }: Pick<Levers, 'custom'>): readonly LeverName[] => [
  ...leverNames,
  ...Object.keys(custom).map(customLever),
]

/** New values for some levers. */
export type LeverPatch = { readonly [name in LeverName]?: LeverValue }

/** Null for a custom lever that the levers do not have. */
export function leverValue(levers: Levers, name: LeverName): LeverValue {
  if (isCustom(name)) return levers.custom?.[ownName(name)] ?? null
  // test/records/levers.test.ts checks the table above and the interfaces against each other.
  return (levers[leverBuckets[name]] as unknown as Record<StandardLever, LeverValue>)[name]
}

/** A copy with some levers moved; it finds buckets by name. */
export function withLevers(levers: Levers, patch: LeverPatch): Levers {
  const { custom, ...standard } = levers
  const moved: Record<Exclude<Bucket, 'custom'>, Record<string, LeverValue>> = {
    optimization: { ...standard.optimization },
    batching: { ...standard.batching },
    regularization: { ...standard.regularization },
    scheduling: { ...standard.scheduling },
  }
  const own: Record<string, LeverValue> = { ...custom }
  for (const [name, value] of Object.entries(patch) as [LeverName, LeverValue | undefined][]) {
    if (value === undefined) continue
    if (isCustom(name)) own[ownName(name)] = value
    else moved[leverBuckets[name]][name] = value
  }
  return { ...(moved as unknown as Levers), ...(Object.keys(own).length > 0 ? { custom: own } : {}) }
}

export interface LeverDifference {
  readonly lever: LeverName
  readonly from: LeverValue
  readonly to: LeverValue
}

/** The differences, in the order of the buckets. */
export function leverDifferences(from: Levers, to: Levers): LeverDifference[] {
  return [...new Set([...leverNamesOf(from), ...leverNamesOf(to)])]
    .map((lever) => ({ lever, from: leverValue(from, lever), to: leverValue(to, lever) }))
    .filter((d) => d.from !== d.to)
}
