import { expect, test } from 'vitest'
import type { Layer } from '../../src/layers/layer.ts'
import { inferShapes, parameterCount } from '../../src/layers/shapes.ts'

const conv = (over: Partial<Extract<Layer, { kind: 'conv2d' }>> = {}): Layer => ({
  kind: 'conv2d',
  filters: 16,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'valid',
  activation: 'relu',
  useBias: true,
  ...over,
})
const dense: Layer = { kind: 'dense', units: 10, activation: 'linear', useBias: true }
const pool: Layer = { kind: 'maxPooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' }

const residual = (layers: Layer[], shortcut: Layer[] = []): Layer => ({ kind: 'residual', layers, shortcut })

// Output shapes and parameter counts as `model.summary()` of Keras 3 prints them for the same layers.
test.each<[string, Layer[], number[], number[], number]>([
  ['a small CNN', [conv(), pool, { kind: 'flatten' }, dense], [8, 8, 1], [10], 160 + 1450],
  ['same padding', [conv({ padding: 'same' })], [8, 8, 3], [8, 8, 16], 448],
  ['same padding, stride 2, odd size', [conv({ padding: 'same', strides: [2, 2] })], [7, 7, 3], [4, 4, 16], 448],
  ['valid padding, stride 2', [conv({ strides: [2, 2] })], [8, 8, 3], [3, 3, 16], 448],
  ['no bias', [conv({ useBias: false })], [8, 8, 3], [6, 6, 16], 432],
  [
    'depthwise',
    [
      {
        kind: 'depthwiseConv2d',
        depthMultiplier: 2,
        kernelSize: [3, 3],
        strides: [1, 1],
        padding: 'same',
        activation: 'linear',
        useBias: true,
      },
    ],
    [8, 8, 3],
    [8, 8, 6],
    60,
  ],
  [
    'separable',
    [
      {
        kind: 'separableConv2d',
        filters: 16,
        depthMultiplier: 1,
        kernelSize: [3, 3],
        strides: [1, 1],
        padding: 'same',
        activation: 'linear',
        useBias: true,
      },
    ],
    [8, 8, 3],
    [8, 8, 16],
    27 + 48 + 16,
  ],
  [
    'batch normalization counts only what is trained',
    [{ kind: 'batchNormalization', momentum: 0.99, epsilon: 1e-3 }],
    [8, 8, 3],
    [8, 8, 3],
    6,
  ],
  [
    'embedding and pooling',
    [{ kind: 'embedding', inputDim: 100, outputDim: 8 }, { kind: 'globalAveragePooling1d' }, dense],
    [12],
    [10],
    800 + 90,
  ],
  [
    'a bag of embeddings and columns',
    [{ kind: 'embeddingBag', inputDim: 100, outputDim: 8, combiner: 'mean', tokens: 12 }, dense],
    [15],
    [10],
    800 + 120,
  ],
  [
    'attention',
    [{ kind: 'multiHeadAttention', numHeads: 3, keyDim: 4, useBias: true, dropout: 0 }],
    [6, 8],
    [6, 8],
    3 * (8 * 12 + 12) + 12 * 8 + 8,
  ],
  [
    'attention without bias',
    [{ kind: 'multiHeadAttention', numHeads: 3, keyDim: 4, useBias: false, dropout: 0 }],
    [6, 8],
    [6, 8],
    4 * 96,
  ],
  ['positions', [{ kind: 'positionEmbedding' }], [6, 8], [6, 8], 48],
  ['a residual with a shortcut', [residual([dense, dense], [dense])], [4], [10], 50 + 110 + 50],
  ['dense on the last axis', [dense], [4, 6], [4, 10], 70],
])('%s', (_, layers, input, output, parameters) => {
  const shaped = inferShapes(layers, input)
  if (!shaped.ok) throw new Error(shaped.error.message)
  expect(shaped.value.at(-1)?.output).toEqual(output)
  expect(parameterCount(shaped.value)).toBe(parameters)
})

test.each<[string, Layer[], number[], number | readonly (number | string)[]]>([
  ['a convolution behind flatten', [{ kind: 'flatten' }, conv()], [8, 8, 1], 1],
  ['a window larger than the image', [conv(), conv({ kernelSize: [7, 7] })], [8, 8, 1], 1],
  ['a sequence pooling on an image', [{ kind: 'globalAveragePooling1d' }], [8, 8, 1], 0],
  ['attention over features', [{ kind: 'multiHeadAttention', numHeads: 2, keyDim: 4, useBias: true, dropout: 0 }], [8], 0],
  ['positions of an image', [{ kind: 'positionEmbedding' }], [8, 8, 1], 0],
  [
    'a layer within a residual',
    [dense, residual([dense, residual([dense], [dense, conv()])])],
    [8],
    [1, 'residual', 'layers', 1, 'residual', 'shortcut', 1],
  ],
  ['a residual that changes the shape', [conv(), residual([conv({ padding: 'same', strides: [2, 2] })])], [8, 8, 1], 1],
  ['a shortcut of another shape', [residual([dense], [{ ...dense, units: 9 }])], [8], 0],
  [
    'a bag of more embeddings than inputs',
    [{ kind: 'embeddingBag', inputDim: 9, outputDim: 2, combiner: 'mean', tokens: 12 }],
    [11],
    0,
  ],
  ['an embedding of an image', [{ kind: 'embedding', inputDim: 9, outputDim: 2 }], [8, 8, 1], 0],
])('%s does not fit, and the layer is named', (_, layers, input, at) => {
  const shaped = inferShapes(layers, input)
  expect(shaped.ok).toBe(false)
  if (!shaped.ok) expect(shaped.error.place).toEqual([at].flat())
})
