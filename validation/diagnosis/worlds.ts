import { join } from 'node:path'
import { loadDataset } from '../../src/data/load.ts'
import type { DataConfig } from '../../src/data/types.ts'
import type { Layer } from '../../src/layers/layer.ts'
import { type LeverPatch, type Levers, withLevers } from '../../src/records/levers.ts'
import type { Task } from '../../src/records/metrics.ts'
import type { TrainingData } from '../../src/train/types.ts'
import type { Looked } from '../looked.ts'

/** A model on a data set, with levers under which it trains well. */
export interface World {
  readonly name: string
  readonly task: Task
  readonly data: TrainingData
  readonly classes: readonly string[] | null
  readonly layers: readonly Layer[]
  readonly levers: Levers
  /** Since when those who made the rules know its runs. */
  readonly looked: Looked
}

type Activation = 'relu' | 'linear' | 'sigmoid' | 'tanh'
export const dense = (units: number, activation: Activation = 'linear'): Layer => ({
  kind: 'dense',
  units,
  activation,
  useBias: true,
})
const conv = (filters: number, activation: Activation = 'relu'): Layer => ({
  kind: 'conv2d',
  filters,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'same',
  activation,
  useBias: true,
})
const batchNorm: Layer = { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 }
const relu: Layer = { kind: 'activation', activation: 'relu' }
const pool: Layer = { kind: 'maxPooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' }
const flatten: Layer = { kind: 'flatten' }
export const dropout: Layer = { kind: 'dropout', rate: null }

const common: Levers = {
  optimization: {
    optimizer: 'adamw',
    learningRate: 0.008,
    momentum: 0.9,
    nesterov: false,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  },
  batching: { batchSize: 64, accumulate: 1 },
  regularization: { weightDecay: 0.01, dropout: 0.1, labelSmoothing: 0, augmentation: 0 },
  scheduling: { schedule: 'cosine', warmupSteps: 20, finalFraction: 0, clipNorm: null, epochs: 20, patience: null },
}
export const with_ = (patch: LeverPatch): Levers => withLevers(common, patch)

const split = { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 17 }
const table = (source: string, target: string, task: Task = 'classification'): DataConfig => ({
  source,
  target,
  header: true,
  task,
  inputs: { kind: 'auto' },
  standardize: true,
  split: { ...split, stratify: task === 'classification' },
})
const digits: DataConfig = {
  source: 'examples/digits/digits.csv.gz',
  target: '-1',
  header: false,
  task: 'classification',
  standardize: false,
  inputs: { kind: 'array', shape: [8, 8, 1], scale: 0.0625 },
  split,
}

interface Recipe extends Omit<World, 'data' | 'task' | 'classes'> {
  readonly from: DataConfig
}

const recipes: readonly Recipe[] = [
  {
    name: 'digits MLP',
    from: digits,
    layers: [flatten, dense(64, 'relu'), dropout, dense(10)],
    levers: common,
    looked: 'developed',
  },
  {
    name: 'digits CNN',
    from: digits,
    layers: [conv(8), pool, flatten, dropout, dense(10)],
    levers: with_({ learningRate: 0.015, epochs: 15 }),
    looked: 'developed',
  },
  {
    name: 'wine',
    from: table('examples/wine/wine.csv', 'class'),
    layers: [dense(32, 'relu'), dropout, dense(3)],
    levers: with_({ batchSize: 16, epochs: 30 }),
    looked: 'developed',
  },
  {
    name: 'breast cancer',
    from: table('test/diagnose/data/breast-cancer.csv', 'class'),
    layers: [dense(32, 'relu'), dropout, dense(2)],
    levers: with_({ batchSize: 32, epochs: 20, weightDecay: 0.05 }),
    looked: 'developed',
  },
  {
    name: 'iris',
    from: table('test/diagnose/data/iris.csv', 'class'),
    layers: [dense(16, 'relu'), dense(3)],
    levers: with_({ batchSize: 16, epochs: 50, learningRate: 0.01, warmupSteps: 10, dropout: 0 }),
    looked: 'developed',
  },
  {
    name: 'wine, alcohol',
    from: table('examples/wine/wine.csv', 'alcohol', 'regression'),
    layers: [dense(4, 'tanh'), dense(1)],
    levers: with_({ batchSize: 16, epochs: 20, weightDecay: 1, dropout: 0 }),
    looked: 'developed',
  },
  {
    name: 'digits CNN, batch norm',
    from: digits,
    layers: [conv(8, 'linear'), batchNorm, relu, pool, flatten, dropout, dense(10)],
    levers: with_({ learningRate: 0.005, epochs: 12 }),
    looked: 'developed',
  },
  {
    name: 'iris, petal width',
    from: table('test/diagnose/data/iris.csv', 'petal_width', 'regression'),
    layers: [dense(8, 'tanh'), dense(1)],
    levers: with_({ batchSize: 16, epochs: 25, weightDecay: 0.1, dropout: 0 }),
    looked: 'developed',
  },
  {
    name: 'breast cancer, worst texture',
    from: table('test/diagnose/data/breast-cancer.csv', 'worst_texture', 'regression'),
    layers: [dense(8, 'relu'), dense(1)],
    levers: with_({ batchSize: 32, epochs: 20, weightDecay: 0.1, dropout: 0 }),
    looked: 'developed',
  },
  {
    name: 'wine, proline',
    from: table('examples/wine/wine.csv', 'proline', 'regression'),
    layers: [dense(4, 'tanh'), dense(1)],
    levers: with_({ batchSize: 16, epochs: 20, weightDecay: 1, dropout: 0 }),
    looked: 'earlier',
  },
  {
    name: 'digits, two layers of tanh',
    from: digits,
    layers: [flatten, dense(48, 'tanh'), dropout, dense(24, 'tanh'), dense(10)],
    levers: with_({ epochs: 15 }),
    looked: 'earlier',
  },
  {
    name: 'iris, sepal length',
    from: table('test/diagnose/data/iris.csv', 'sepal_length', 'regression'),
    layers: [dense(8, 'tanh'), dense(1)],
    levers: with_({ batchSize: 16, epochs: 25, weightDecay: 0.1, dropout: 0 }),
    looked: 'earlier',
  },
  {
    name: 'breast cancer, two layers',
    from: table('test/diagnose/data/breast-cancer.csv', 'class'),
    layers: [dense(24, 'relu'), dropout, dense(8, 'relu'), dense(2)],
    levers: with_({ batchSize: 32, epochs: 15, weightDecay: 0.05 }),
    looked: 'earlier',
  },
]

/** All worlds; `root` is the folder of the repository. */
export async function loadWorlds(root: string): Promise<World[]> {
  return Promise.all(
    recipes.map(async ({ from, ...recipe }) => {
      const data = await loadDataset({ ...from, source: join(root, from.source) })
      return { ...recipe, task: data.task, classes: data.classes, data }
    }),
  )
}
