import { stream } from '../../src/base/random.ts'
import type { Layer } from '../../src/layers/layer.ts'
import type { Levers } from '../../src/records/levers.ts'
import type { TrainingData } from '../../src/train/types.ts'

/** One model on data of its own, as all engines of the benchmark train it. */
export interface Contest {
  readonly name: string
  readonly inputShape: readonly number[]
  readonly layers: readonly Layer[]
  /** Steps of one measurement: enough for a second or more on the slowest engine. */
  readonly steps: number
  /** Ratios that the native engine is meant to reach: to the fastest peer, and to PyTorch eager where one is set. */
  readonly goals: { readonly fastest: number; readonly eager: number | null }
}

const dense = (units: number, activation: 'relu' | 'gelu' | 'linear' = 'linear'): Layer => ({
  kind: 'dense',
  units,
  activation,
  useBias: true,
})
const conv = (filters: number, activation: 'relu' | 'linear' = 'relu', stride = 1): Layer => ({
  kind: 'conv2d',
  filters,
  kernelSize: [3, 3],
  strides: [stride, stride],
  padding: 'same',
  activation,
  useBias: activation === 'relu',
})
const pool: Layer = { kind: 'maxPooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' }
const norm: Layer = { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 }
const relu: Layer = { kind: 'activation', activation: 'relu' }
const flatten: Layer = { kind: 'flatten' }
const residual = (layers: readonly Layer[], shortcut: readonly Layer[] = []): Layer => ({
  kind: 'residual',
  layers,
  shortcut,
})
/** A block of ResNet v1 (He et al., 2016): two convolutions, and one of 1×1 beside them where the shape changes. */
const block = (filters: number, stride = 1): Layer[] => [
  residual(
    [conv(filters, 'linear', stride), norm, relu, conv(filters, 'linear'), norm],
    stride === 1 ? [] : [{ ...conv(filters, 'linear', stride), kernelSize: [1, 1] } as Layer, norm],
  ),
  relu,
]
const layerNorm: Layer = { kind: 'layerNormalization', epsilon: 1e-5 }
/** A pre-norm encoder block: attention, then two dense layers of four times the width, each added to what it reads. */
const encoder = (width: number, numHeads: number): Layer[] => [
  residual([layerNorm, { kind: 'multiHeadAttention', numHeads, keyDim: width / numHeads, useBias: true, dropout: 0 }]),
  residual([layerNorm, dense(4 * width, 'gelu'), dense(width)]),
]

const goal = (fastest: number): Contest['goals'] => ({ fastest, eager: null })

/** Tokens that the transformer reads. */
const vocabulary = 1000

export const contests: readonly Contest[] = [
  {
    name: 'MLP 64-128-10',
    inputShape: [64],
    steps: 2000,
    goals: { fastest: 1, eager: 8 },
    layers: [dense(128, 'relu'), dense(10)],
  },
  {
    name: 'CNN 8×8',
    inputShape: [8, 8, 1],
    steps: 400,
    goals: goal(2),
    layers: [conv(16), conv(32), pool, flatten, dense(10)],
  },
  {
    name: 'CNN 28×28 + batch norm',
    inputShape: [28, 28, 1],
    steps: 80,
    goals: goal(2),
    layers: [conv(16, 'linear'), norm, relu, pool, conv(32, 'linear'), norm, relu, pool, flatten, dense(10)],
  },
  {
    name: 'transformer, 64 tokens',
    inputShape: [64],
    steps: 16,
    goals: goal(2),
    layers: [
      { kind: 'embedding', inputDim: vocabulary, outputDim: 64 },
      { kind: 'positionEmbedding' },
      ...encoder(64, 4),
      ...encoder(64, 4),
      layerNorm,
      { kind: 'globalAveragePooling1d' },
      dense(10),
    ],
  },
  {
    name: 'deep CNN 32×32',
    inputShape: [32, 32, 3],
    steps: 12,
    goals: goal(1.5),
    layers: [
      conv(16, 'linear'),
      norm,
      relu,
      ...block(16),
      ...block(32, 2),
      ...block(64, 2),
      { kind: 'globalAveragePooling2d' },
      dense(10),
    ],
  },
]

export const batchSize = 64
export const classes = 10
const rows = 1024

/** AdamW with clipping, at a constant rate. */
export const contestLevers: Levers = {
  optimization: {
    optimizer: 'adamw',
    learningRate: 1e-3,
    momentum: 0.9,
    nesterov: false,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  },
  batching: { batchSize, accumulate: 1 },
  regularization: { weightDecay: 0.01, dropout: 0, labelSmoothing: 0, augmentation: 0 },
  scheduling: { schedule: 'constant', warmupSteps: 0, finalFraction: 0, clipNorm: 1, epochs: 1, patience: null },
}

/** Noise around one pattern a class, or tokens of which a class prefers some: so hard that losses tell engines apart. */
export function contestData({ inputShape, layers }: Contest): TrainingData {
  const size = inputShape.reduce((product, length) => product * length, 1)
  const random = stream(7, 'contest')
  const first = layers[0]
  const patterns = Array.from({ length: classes }, () => Float32Array.from({ length: size }, () => random.normal()))
  const targets = Float32Array.from({ length: rows }, () => random.integer(classes))
  const inputs = new Float32Array(rows * size)
  for (let i = 0; i < inputs.length; i++) {
    const label = targets[Math.floor(i / size)] as number
    inputs[i] =
      first?.kind === 'embedding'
        ? random.uniform() < 0.9
          ? random.integer(first.inputDim)
          : label + classes * random.integer(first.inputDim / classes)
        : 0.15 * (patterns[label]?.[i % size] as number) + random.normal()
  }
  const train = Int32Array.from({ length: rows }, (_, i) => i)
  const splits = { train, validation: new Int32Array(), test: new Int32Array() }
  return { inputs, inputShape, targets, targetScale: null, splits }
}
