import { stream } from '../../src/base/random.ts'
import type { Layer } from '../../src/layers/layer.ts'
import { type LeverPatch, type Levers, withLevers } from '../../src/records/levers.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { dense, type World } from './worlds.ts'

/** A way to train a world: healthy, or with one fault put in. */
export interface Variant {
  readonly name: string
  /** What was done to the world, in a sentence. */
  readonly what: string
  readonly fault: boolean
  /** Rules of which at least one should speak; empty for a healthy variant. */
  readonly expects: readonly string[]
  readonly levers: (world: World) => Levers
  readonly data?: (world: World) => TrainingData
  readonly layers?: (world: World) => readonly Layer[]
  /** False: every epoch sees the rows in the order that `data` gives them. */
  readonly shuffle?: boolean
  /** True for what is trained only to be held against: neither called healthy nor faulty. */
  readonly heldAgainst?: boolean
  /** What the fault is held against to see whether it did harm; the world as it is where this is left out. */
  readonly reference?: Variant
  /** False where there are no probabilities: the fault has no symptom in a regression. */
  readonly regression?: false
  /** True where the fault need not harm the result to be seen: the symptom is the fault. */
  readonly symptomOnly?: boolean
  /** Share of all labels that other rows' took the place of; only where the fault may be learned by heart or not. */
  readonly labelNoise?: number
}

const scaled =
  (patch: LeverPatch) =>
  (world: World): Levers =>
    withLevers(world.levers, patch)
const rate =
  (factor: number, patch: LeverPatch = {}) =>
  (world: World): Levers =>
    withLevers(world.levers, { learningRate: world.levers.optimization.learningRate * factor, ...patch })
const longer =
  (factor: number, patch: LeverPatch = {}) =>
  (world: World): Levers =>
    withLevers(world.levers, { epochs: world.levers.scheduling.epochs * factor, ...patch })
const healthy = (name: string, levers: Variant['levers']): Variant => ({
  name,
  what: name,
  fault: false,
  expects: [],
  levers,
})

/** The variety of what trains well: other rates, optimizers, schedules, batches, regularization. */
export const healthyVariants: readonly Variant[] = [
  healthy('as tuned', (world) => world.levers),
  healthy('rate × 0.6', rate(0.6)),
  healthy('rate × 1.7', rate(1.7)),
  healthy('SGD with momentum', rate(1, { optimizer: 'sgd', learningRate: 0.1, weightDecay: 0.001 })),
  healthy('constant rate × 0.5', rate(0.5, { schedule: 'constant' })),
  healthy('one-cycle', scaled({ schedule: 'one-cycle', warmupSteps: 0 })),
  healthy('steps by 10 in all', scaled({ schedule: 'step', finalFraction: 0.1 })),
  healthy('half the batch', (world) => withLevers(world.levers, { batchSize: world.levers.batching.batchSize / 2 })),
  healthy('clipped above the usual norm', scaled({ clipNorm: 5 })),
  healthy('more regularization', (world) =>
    withLevers(world.levers, {
      dropout: 0.2,
      labelSmoothing: world.task === 'classification' ? 0.05 : 0,
      weightDecay: 2 * world.levers.regularization.weightDecay,
    }),
  ),
]

/** A share of all labels, in every split as in a careless file, is taken from other rows. */
function noisyLabels({ data }: World, share: number): TrainingData {
  const random = stream(5, 'label noise')
  const rows = data.targets.length
  return {
    ...data,
    targets: data.targets.map((own) => (random.uniform() < share ? (data.targets[random.integer(rows)] as number) : own)),
  }
}

function fewRows({ data }: World, rows: number): TrainingData {
  const random = stream(5, 'few rows')
  const train = [...data.splits.train].map((row) => ({ row, key: random.uniform() })).sort((a, b) => a.key - b.key)
  return { ...data, splits: { ...data.splits, train: Int32Array.from(train.slice(0, rows).map((r) => r.row)).sort() } }
}

function scaledInputs({ data }: World, change: (x: number) => number): TrainingData {
  return { ...data, inputs: data.inputs.map(change) }
}

/** Training rows sorted by their target, as many files are. */
function sortedRows({ data }: World): TrainingData {
  const train = [...data.splits.train].sort((a, b) => (data.targets[a] as number) - (data.targets[b] as number))
  return { ...data, splits: { ...data.splits, train: Int32Array.from(train) } }
}

const output = (world: World): Layer => world.layers.at(-1) as Layer
const repeated = (count: number, layer: Layer): Layer[] => Array.from({ length: count }, () => layer)
const noRegularization: LeverPatch = { weightDecay: 0, dropout: 0 }
const deep = (world: World): Layer[] => [{ kind: 'flatten' }, ...repeated(4, dense(64, 'relu')), output(world)]
const fast: LeverPatch = { optimizer: 'sgd', learningRate: 0.2, weightDecay: 0 }
const stepsOf = ({ data, levers }: World): number =>
  levers.scheduling.epochs * Math.floor(data.splits.train.length / levers.batching.batchSize)

const warmedUp: Variant = {
  ...healthy('deep, fast and warmed up', (world) =>
    withLevers(world.levers, { ...fast, warmupSteps: Math.floor(0.4 * stepsOf(world)) }),
  ),
  layers: deep,
  heldAgainst: true,
}
const noisy: Variant = {
  ...healthy('noisy labels, usual length', (world) => world.levers),
  data: (world) => noisyLabels(world, 0.15),
  heldAgainst: true,
}

export const faults: readonly Variant[] = [
  {
    name: 'rate far too high',
    what: 'SGD with momentum at a learning rate of 30',
    fault: true,
    expects: ['early-divergence'],
    levers: scaled({ optimizer: 'sgd', learningRate: 30, weightDecay: 0 }),
  },
  {
    name: 'rate too high, AdamW',
    what: 'learning rate × 100, no warmup',
    fault: true,
    expects: ['early-divergence', 'oscillation'],
    levers: rate(100, { warmupSteps: 0 }),
  },
  {
    name: 'rate somewhat too high',
    what: 'learning rate × 20, constant',
    fault: true,
    expects: ['oscillation', 'early-divergence', 'gradients'],
    levers: rate(20, { schedule: 'constant' }),
  },
  {
    name: 'no warmup',
    what: 'four hidden layers under SGD with momentum at 0.2, which a warmup of 40 % of the steps allows',
    fault: true,
    expects: ['early-divergence', 'oscillation'],
    layers: deep,
    reference: warmedUp,
    levers: scaled({ ...fast, warmupSteps: 0 }),
  },
  { name: 'rate far too low', what: 'learning rate / 3000', fault: true, expects: ['flat'], levers: rate(1 / 3000) },
  {
    name: 'rate too low',
    what: 'learning rate / 40',
    fault: true,
    expects: ['unfinished', 'flat'],
    levers: rate(1 / 40),
  },
  {
    name: 'no shuffling',
    what: 'rows sorted by target, every epoch in that order',
    fault: true,
    expects: ['epoch-boundaries'],
    levers: (world) => world.levers,
    data: sortedRows,
    shuffle: false,
    symptomOnly: true,
  },
  {
    name: 'label noise',
    what: '30 % of all labels taken from other rows, 6 × the epochs, no regularization',
    fault: true,
    expects: ['overfit'],
    levers: longer(6, noRegularization),
    data: (world) => noisyLabels(world, 0.3),
    labelNoise: 0.3,
  },
  {
    name: 'tiny data',
    what: '4 % of the training rows, 12 at least; 8 × the epochs, no regularization',
    fault: true,
    expects: ['overfit'],
    levers: longer(8, { ...noRegularization, batchSize: 8 }),
    data: (world) => fewRows(world, Math.max(12, Math.round(world.data.splits.train.length * 0.04))),
  },
  {
    name: 'overlong training',
    what: '10 × the epochs at a constant rate, no regularization; 15 % of all labels taken from other rows',
    fault: true,
    expects: ['overfit'],
    levers: longer(10, { ...noRegularization, schedule: 'constant' }),
    data: (world) => noisyLabels(world, 0.15),
    reference: noisy,
  },
  {
    name: 'sure of everything',
    regression: false,
    what: 'rate × 2 and 10 × the epochs, no regularization; 25 % of all labels taken from other rows',
    fault: true,
    expects: ['overconfident', 'overfit'],
    levers: (world) =>
      withLevers(longer(10, noRegularization)(world), { learningRate: 2 * world.levers.optimization.learningRate }),
    data: (world) => noisyLabels(world, 0.25),
    reference: noisy,
  },
  {
    name: 'huge weight decay',
    what: 'decoupled weight decay that takes 15 % of the weights a step',
    fault: true,
    expects: ['shrinking-weights', 'underfit'],
    levers: (world) => withLevers(world.levers, { weightDecay: 0.15 / world.levers.optimization.learningRate }),
  },
  {
    name: 'too small a model',
    what: 'half of the inputs dropped before a single hidden unit; 3 × the epochs',
    fault: true,
    expects: ['underfit', 'strong-dropout'],
    levers: longer(3, { dropout: 0.5 }),
    layers: (world) => [{ kind: 'flatten' }, { kind: 'dropout', rate: null }, dense(1, 'tanh'), output(world)],
  },
  {
    name: 'saturated units',
    what: 'inputs × 1000 into six layers of 32 sigmoids',
    fault: true,
    expects: ['gradients', 'dead-units'],
    levers: scaled({ optimizer: 'sgd', learningRate: 0.1 }),
    data: (world) => scaledInputs(world, (x) => 1000 * x),
    layers: (world) => [{ kind: 'flatten' }, ...repeated(6, dense(32, 'sigmoid')), output(world)],
  },
  {
    name: 'dead units',
    what: 'inputs that nobody centred (+ 30) into three layers of 8 ReLUs, SGD with momentum at 0.3',
    fault: true,
    expects: ['gradients', 'dead-units', 'wild-start'],
    levers: scaled({ optimizer: 'sgd', learningRate: 0.3, warmupSteps: 0, weightDecay: 0 }),
    data: (world) => scaledInputs(world, (x) => x + 30),
    layers: (world) => [{ kind: 'flatten' }, ...repeated(3, dense(8, 'relu')), output(world)],
  },
  {
    name: 'decay too sharp',
    what: 'exponential decay by 10^12 over the run',
    fault: true,
    expects: ['early-plateau'],
    levers: rate(0.5, { schedule: 'exponential', finalFraction: 1e-12, warmupSteps: 0 }),
  },
  {
    name: 'clip norm too small',
    what: 'clipped at 0.01',
    fault: true,
    expects: ['clipping'],
    levers: scaled({ clipNorm: 0.01 }),
    symptomOnly: true,
  },
  {
    name: 'seeds disagree',
    what: 'three layers of 3 ReLUs: in some seeds they die',
    fault: true,
    expects: ['seed-variance', 'dead-units'],
    levers: rate(3),
    layers: (world) => [{ kind: 'flatten' }, ...repeated(3, dense(3, 'relu')), output(world)],
  },
]

/** What faults are held against beside the worlds as they are. */
export const references: readonly Variant[] = [warmedUp, noisy]
