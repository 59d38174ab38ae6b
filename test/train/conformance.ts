import { createHash } from 'node:crypto'
import type { Scalar } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { activationNames } from '../../src/layers/activations.ts'
import { layerOf } from '../../src/layers/index.ts'
import { everyLayer, type Layer, type LayerKind } from '../../src/layers/layer.ts'
import { sigmoidCrossEntropy, weightedSigmoidCrossEntropy } from '../../src/train/loss.ts'
import { stepRandom } from '../../src/train/step-random.ts'
import type { FusedOps, Tensor, Tf } from '../../src/layers/forward.ts'
import type { Engine } from '../../src/train/engine.ts'
import type { Model } from '../../src/train/types.ts'
import {
  differentiate,
  flatten,
  layerCases,
  modelOf,
  statisticTensors,
  tidy,
  weightedOutput,
  weightTensors,
} from '../support/tf-layers.ts'
import labels from './fixtures/labels.json' with { type: 'json' }
import positive from './fixtures/pos-weight.json' with { type: 'json' }

/**
 * What every engine must do alike: layers and gradients as PyTorch has them, gradients that agree with finite differences,
 * no tensor left behind, the same bits from the same seed, and every kind of layer learns.
 */
export function engineConformance(name: string, create: () => Promise<Engine>): void {
  describe(`engine ${name}`, () => {
    let tf: Tf
    let fused: FusedOps | undefined
    beforeAll(async () => {
      ;({ tf, fused } = await create())
    })

    describe('agrees with PyTorch and Keras on', () => {
      test.each(layerCases.map((c) => [c.name, c] as const))('%s', (_, c) => {
        const found = differentiate(tf, c, fused)
        expectClose(found.outputs, c.outputs)
        expectClose(found.gradients, c.gradients)
        expectClose(found.statisticsAfter, c.statisticsAfter)
        if (c.inputGradient) expectClose(found.inputGradient ?? [], c.inputGradient)
      })
    })

    describe('has the loss of labels and its gradient as PyTorch has them', () => {
      test.each(labels.loss.map((c, i) => [i, c] as const))('case %i', (_, c) => {
        tidy(tf, () => {
          const loss = (z: Tensor): Scalar => sigmoidCrossEntropy(tf, tf.tensor2d(c.targets), z) as Scalar
          const { value, grad } = tf.valueAndGrad(loss)(tf.tensor2d(c.outputs))
          expect((value.dataSync()[0] ?? NaN) / c.loss).toBeCloseTo(1, 5)
          for (const [i, g] of c.gradient.flat().entries()) expect(grad.dataSync()[i], `gradient ${i}`).toBeCloseTo(g, 6)
          return []
        })
      })
    })

    describe('has the loss of labels with weights and its gradient as PyTorch has them', () => {
      test.each(positive.map((c, i) => [i, c] as const))('case %i', (_, c) => {
        tidy(tf, () => {
          const weights = tf.tensor1d(c.weights)
          const loss = (z: Tensor): Scalar => weightedSigmoidCrossEntropy(tf, tf.tensor2d(c.targets), z, weights) as Scalar
          const { value, grad } = tf.valueAndGrad(loss)(tf.tensor2d(c.outputs))
          expect((value.dataSync()[0] ?? NaN) / c.loss).toBeCloseTo(1, 5)
          for (const [i, g] of c.gradient.flat().entries()) expect(grad.dataSync()[i], `gradient ${i}`).toBeCloseTo(g, 6)
          return []
        })
      })
    })

    describe('has gradients that agree with finite differences for', () => {
      const smooth = layerCases.filter((c) => c.weights.length > 0 && !JSON.stringify(c.layers).includes('"relu'))
      test.each(smooth.map((c) => [c.name, c] as const))('%s', (_, c) => {
        const { gradients } = differentiate(tf, c, fused)
        for (let i = 0; i < 3; i++) {
          const random = stream(i, 'direction')
          const direction = c.weights.map(() => random.normal())
          const slope = gradients.reduce((sum, g, at) => sum + g * (direction[at] as number), 0)
          const moved = (by: number): number[] => c.weights.map((w, at) => w + by * (direction[at] as number))
          const along = (by: number): number => weightedOutput(tf, c, moved(by), fused)
          const step = 1e-2
          // Five points: the error is of fourth order, so that the step can be large against single precision.
          const difference = (8 * (along(step) - along(-step)) - (along(2 * step) - along(-2 * step))) / (12 * step)
          expect(Math.abs(difference - slope) / Math.max(1, Math.hypot(...gradients))).toBeLessThan(3e-3)
        }
      })
    })

    test('leaves no tensor behind', () => {
      const learner = createLearner({ tf, fused }, network, 0)
      learner.step(0)
      const before = tf.memory()
      for (let i = 1; i <= 30; i++) learner.step(i)
      expect(tf.memory().numTensors).toBe(before.numTensors)
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers)
      learner.dispose()
    })

    test('gives the same bits for the same seed, and others for another; 0 is a seed', () => {
      expect(trainedHash({ tf, fused }, 0)).toBe(trainedHash({ tf, fused }, 0))
      expect(new Set([0, 1, 2].map((seed) => trainedHash({ tf, fused }, seed))).size).toBe(3)
    })

    describe('learns in 20 steps through', () => {
      test('every kind of layer there is', () => {
        const learned = new Set(everyKind.flatMap((k) => everyLayer(k.layers).map((layer) => layer.kind)))
        expect(learned).toEqual(new Set(Object.keys(layerKinds)))
      })

      test.each(everyKind.map((k) => [k.name, k] as const))('%s', (_, kind) => {
        const learner = createLearner({ tf, fused }, kind, 3)
        const losses = Array.from({ length: 21 }, (_, i) => learner.step(i))
        learner.dispose()
        expect(losses.every(Number.isFinite)).toBe(true)
        expect(losses[20]).toBeLessThan((losses[0] as number) * kind.below)
      })
    })
  })
}

/** Within 2e-5 of the largest value: single precision, sums of a few hundred products. */
function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length)
  const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] as number))), 0)
  expect(worst / scale).toBeLessThan(2e-5)
}

export interface Learnable {
  readonly name: string
  readonly inputShape: readonly number[]
  readonly layers: readonly Layer[]
  /** Share of the first loss that the last one must fall under. */
  readonly below: number
}

const head: readonly Layer[] = [{ kind: 'flatten' }, { kind: 'dense', units: 3, activation: 'linear', useBias: true }]
const image = [6, 6, 2]
const window = { kernelSize: [3, 3], strides: [1, 1], padding: 'same', activation: 'relu', useBias: true } as const
const pooling = { poolSize: [2, 2], strides: [2, 2], padding: 'valid' } as const
const conv: Layer = { kind: 'conv2d', filters: 6, ...window }
const norm: Layer = { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 }
const residual = (layers: readonly Layer[], shortcut: readonly Layer[] = []): Layer => ({
  kind: 'residual',
  layers,
  shortcut,
})
const learnable = (name: string, inputShape: readonly number[], layers: readonly Layer[], below = 0.8): Learnable => ({
  name,
  inputShape,
  layers: [...layers, ...head],
  below,
})

/** Whether the inputs are token ids. */
export const readsIds = ([first]: readonly Layer[]): boolean =>
  first !== undefined && layerOf(first.kind).readsWholeNumbers !== undefined

export const everyKind: readonly Learnable[] = [
  learnable('conv2d', image, [conv]),
  learnable('conv2d with strides', image, [conv, { kind: 'conv2d', filters: 6, ...window, strides: [2, 2] }]),
  learnable('depthwiseConv2d', image, [conv, { kind: 'depthwiseConv2d', depthMultiplier: 2, ...window }]),
  learnable('separableConv2d', image, [conv, { kind: 'separableConv2d', filters: 6, depthMultiplier: 1, ...window }]),
  learnable('maxPooling2d', image, [conv, { kind: 'maxPooling2d', ...pooling }]),
  learnable('averagePooling2d', image, [conv, { kind: 'averagePooling2d', ...pooling }]),
  learnable('globalAveragePooling2d', image, [conv, { kind: 'globalAveragePooling2d' }], 0.97),
  learnable('globalMaxPooling2d', image, [conv, { kind: 'globalMaxPooling2d' }], 0.97),
  learnable(
    'globalAveragePooling1d',
    [5, 4],
    [{ kind: 'dense', units: 8, activation: 'relu', useBias: true }, { kind: 'globalAveragePooling1d' }],
    0.97,
  ),
  learnable('flatten and dense', image, [
    { kind: 'flatten' },
    { kind: 'dense', units: 8, activation: 'relu', useBias: false },
  ]),
  learnable(
    'dropout',
    [12],
    [
      { kind: 'dense', units: 16, activation: 'relu', useBias: true },
      { kind: 'dropout', rate: 0.2 },
    ],
  ),
  learnable('batchNormalization', image, [conv, { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 }]),
  learnable(
    'layerNormalization',
    [12],
    [
      { kind: 'dense', units: 8, activation: 'linear', useBias: true },
      { kind: 'layerNormalization', epsilon: 1e-3 },
    ],
  ),
  learnable(
    'positionEmbedding',
    [6],
    [{ kind: 'embedding', inputDim: 7, outputDim: 8 }, { kind: 'positionEmbedding' }],
    0.97,
  ),
  learnable(
    'multiHeadAttention',
    [6, 4],
    [{ kind: 'multiHeadAttention', numHeads: 2, keyDim: 3, useBias: true, dropout: 0.1 }],
    0.9,
  ),
  learnable(
    'residual',
    [6, 4],
    [
      residual([
        { kind: 'layerNormalization', epsilon: 1e-3 },
        { kind: 'multiHeadAttention', numHeads: 2, keyDim: 2, useBias: false, dropout: null },
      ]),
      residual([
        { kind: 'layerNormalization', epsilon: 1e-3 },
        { kind: 'dense', units: 8, activation: 'gelu', useBias: true },
        { kind: 'dropout', rate: 0.1 },
        { kind: 'dense', units: 4, activation: 'linear', useBias: true },
      ]),
    ],
  ),
  learnable('residual with a shortcut', image, [
    conv,
    residual(
      [{ kind: 'conv2d', filters: 8, ...window, strides: [2, 2] }, norm],
      [{ kind: 'conv2d', filters: 8, ...window, kernelSize: [1, 1], strides: [2, 2] }, norm],
    ),
  ]),
  learnable(
    'embedding with padding',
    [6],
    [{ kind: 'embedding', inputDim: 7, outputDim: 8, maskZero: true }, { kind: 'globalAveragePooling1d' }],
    0.97,
  ),
  learnable(
    'embedding with padding, pooled by the root of the steps',
    [6],
    [
      { kind: 'embedding', inputDim: 7, outputDim: 8, maskZero: true },
      { kind: 'globalAveragePooling1d', combiner: 'sqrtn' },
    ],
    0.97,
  ),
  learnable('embeddingBag', [6], [{ kind: 'embeddingBag', inputDim: 7, outputDim: 8, combiner: 'mean' }], 0.97),
  learnable(
    'embeddingBag beside columns',
    [6],
    [{ kind: 'embeddingBag', inputDim: 7, outputDim: 8, combiner: 'sqrtn', tokens: 4 }],
    0.97,
  ),
  learnable('embedding', [6], [{ kind: 'embedding', inputDim: 7, outputDim: 8 }], 0.97),
  ...activationNames.map((activation) =>
    learnable(
      `activation ${activation}`,
      [12],
      [
        { kind: 'dense', units: 16, activation: 'linear', useBias: true },
        { kind: 'activation', activation },
      ],
      0.9,
    ),
  ),
]

/** A kind that is missing here does not compile. */
const layerKinds: Readonly<Record<LayerKind, true>> = {
  conv2d: true,
  depthwiseConv2d: true,
  separableConv2d: true,
  maxPooling2d: true,
  averagePooling2d: true,
  globalAveragePooling2d: true,
  globalMaxPooling2d: true,
  globalAveragePooling1d: true,
  flatten: true,
  dense: true,
  dropout: true,
  batchNormalization: true,
  layerNormalization: true,
  embedding: true,
  embeddingBag: true,
  activation: true,
  positionEmbedding: true,
  multiHeadAttention: true,
  residual: true,
}

const network = learnable('network', image, [
  conv,
  { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 },
  { kind: 'activation', activation: 'gelu' },
  { kind: 'maxPooling2d', ...pooling },
  { kind: 'separableConv2d', filters: 8, depthMultiplier: 1, ...window },
  { kind: 'averagePooling2d', ...pooling },
  { kind: 'flatten' },
  { kind: 'dropout', rate: null },
  { kind: 'dense', units: 8, activation: 'swish', useBias: true },
  { kind: 'layerNormalization', epsilon: 1e-3 },
])

interface Kernels {
  readonly tf: Tf
  readonly fused: FusedOps | undefined
}

interface Learner {
  /** One step of plain gradient descent; the loss before it. */
  step(index: number): number
  weights(): number[]
  dispose(): void
}

/** Three classes of fixed examples, 32 of them, learned with cross-entropy. */
function createLearner({ tf, fused }: Kernels, { layers, inputShape }: Learnable, seed: number): Learner {
  const model = modelOf(tf, layers, inputShape, fused)
  let weights = weightTensors(tf, model, model.initialWeights(seed))
  let statistics = statisticTensors(tf, model)
  const inputs = examples(tf, layers, inputShape)
  const labels = Array.from({ length: 32 }, (_, i) => i % 3)
  const classes = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 3), 'float32'))
  const all = (): Tensor[] => [...weights, ...statistics]
  return {
    step: (index) => {
      const before = all()
      const next = tidy(tf, () => oneStep(tf, model, weights, statistics, inputs, classes, seed, index))
      weights = next.weights
      statistics = next.statistics
      tf.dispose(before)
      const [loss] = next.loss.dataSync()
      next.loss.dispose()
      return loss as number
    },
    weights: () => flatten(all()),
    dispose: () => tf.dispose([...all(), inputs, classes]),
  }
}

function examples(tf: Tf, layers: readonly Layer[], inputShape: readonly number[]): Tensor {
  const random = stream(5, 'examples')
  const size = inputShape.reduce((product, length) => product * length, 1)
  const whole = readsIds(layers)
  const values = Float32Array.from({ length: 32 * size }, (_, i) => {
    const label = Math.floor(i / size) % 3
    // Whole numbers around a middle of each class; or noise on a wave whose phase is the class.
    return whole ? 2 * label + random.integer(3) : Math.sin((i % size) + 2 * label) + 0.3 * random.normal()
  })
  return tf.tensor(values, [32, ...inputShape])
}

interface Stepped {
  weights: Tensor[]
  statistics: Tensor[]
  loss: Tensor
}

function oneStep(
  tf: Tf,
  model: Model,
  weights: readonly Tensor[],
  statistics: readonly Tensor[],
  inputs: Tensor,
  classes: Tensor,
  seed: number,
  index: number,
): Stepped {
  let after: readonly Tensor[] = []
  const random = stepRandom(tf, seed, index, 0)
  const { value, grads } = tf.valueAndGrads((...w: Tensor[]) => {
    const result = model.forward(w, statistics, inputs, { training: true, dropout: 0.1, random })
    after = result.statistics.map((s) => tf.keep(s))
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(result.outputs), classes), -1)))
  })([...weights])
  return {
    weights: weights.map((w, i) => tf.sub(w, tf.mul(grads[i] as Tensor, 0.3))),
    statistics: [...after],
    loss: value,
  }
}

function trainedHash(kernels: Kernels, seed: number): string {
  const learner = createLearner(kernels, network, seed)
  for (let i = 0; i < 5; i++) learner.step(i)
  const hash = createHash('sha256').update(new Float32Array(learner.weights())).digest('hex')
  learner.dispose()
  return hash
}
