import { beforeAll, describe, expect, test } from 'vitest'
import type { Layer } from '../../src/layers/layer.ts'
import type { Tf } from '../../src/layers/forward.ts'
import { modelOf, noDropout, statisticTensors, weightTensors } from '../support/tf-layers.ts'
import { wasmEngine } from '../support/tf-wasm.ts'

let tf: Tf
beforeAll(async () => {
  tf = (await wasmEngine()).tf
})

const dense = (units: number, useBias = true): Layer => ({ kind: 'dense', units, activation: 'linear', useBias })
const norm: Layer = { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 }

describe('a built model', () => {
  test('names its parameters by position, kind and part, one behind the other', () => {
    const model = modelOf(tf, [dense(4), norm, dense(2, false)], [3])
    expect(model.parameters).toEqual([
      { name: '0.dense.kernel', shape: [3, 4], size: 12, decay: true, offset: 0 },
      { name: '0.dense.bias', shape: [4], size: 4, decay: false, offset: 12 },
      { name: '1.batchNormalization.gamma', shape: [4], size: 4, decay: false, offset: 16 },
      { name: '1.batchNormalization.beta', shape: [4], size: 4, decay: false, offset: 20 },
      { name: '2.dense.kernel', shape: [4, 2], size: 8, decay: true, offset: 24 },
    ])
    expect(model.size).toBe(32)
    expect(model.statistics).toEqual([
      { name: '1.batchNormalization.movingMean', shape: [4], initial: 0 },
      { name: '1.batchNormalization.movingVariance', shape: [4], initial: 1 },
    ])
  })

  test('starts from Glorot-uniform kernels, zero biases and unit norms', () => {
    const model = modelOf(tf, [dense(200), norm], [100])
    const weights = model.initialWeights(5)
    const kernel = weights.subarray(0, 20_000)
    const limit = Math.sqrt(6 / 300)
    const variance = kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length
    expect(Math.max(...kernel.map(Math.abs))).toBeLessThanOrEqual(limit)
    // The variance of a uniform distribution is limit²/3; 2 % is four standard deviations of the estimate.
    expect(Math.abs(variance / (limit ** 2 / 3) - 1)).toBeLessThan(0.03)
    expect(new Set(weights.subarray(20_000, 20_200))).toEqual(new Set([0]))
    expect(new Set(weights.subarray(20_200, 20_400))).toEqual(new Set([1]))
  })

  test('has initial weights that depend on seed and place alone', () => {
    const [small, large] = [modelOf(tf, [dense(4)], [3]), modelOf(tf, [dense(4), dense(5)], [3])]
    expect(small.initialWeights(0)).toEqual(small.initialWeights(0))
    expect(small.initialWeights(0)).not.toEqual(small.initialWeights(1))
    expect(large.initialWeights(0).subarray(0, 16)).toEqual(small.initialWeights(0))
  })

  test('allocates nothing before it is used', () => {
    const before = tf.memory().numTensors
    modelOf(tf, [dense(4), norm], [3]).initialWeights(1)
    expect(tf.memory().numTensors).toBe(before)
  })

  test("draws dropout in training only, by the layer's own rate before the lever", () => {
    tf.tidy(() => {
      const rates: number[] = []
      const random = {
        dropoutMask: (site: number, shape: readonly number[], rate: number) => {
          rates.push(site, rate)
          return tf.ones([...shape])
        },
      }
      const model = modelOf(
        tf,
        [null, 0.5, 0].map((rate): Layer => ({ kind: 'dropout', rate })),
        [3],
      )
      const x = tf.ones([2, 3])
      model.forward([], [], x, { training: true, dropout: 0.25, random })
      expect(rates).toEqual([0, 0.25, 1, 0.5])
      expect(() => model.forward([], [], x, { training: true, dropout: 0.25, random: null })).toThrow('random numbers')
      expect(model.forward([], [], x, noDropout(false)).outputs).toBe(x)
    })
  })

  test('hands the same statistics back in inference', () => {
    tf.tidy(() => {
      const model = modelOf(tf, [norm], [3])
      const statistics = statisticTensors(tf, model)
      const weights = weightTensors(tf, model, model.initialWeights(0))
      const after = model.forward(weights, statistics, tf.ones([2, 3]), noDropout(false)).statistics
      expect(after).toEqual(statistics)
    })
  })

  test("refuses a number outside of an embedding's range", () => {
    tf.tidy(() => {
      const model = modelOf(tf, [{ kind: 'embedding', inputDim: 3, outputDim: 2 }], [1])
      const weights = weightTensors(tf, model, model.initialWeights(0))
      expect(() => model.forward(weights, [], tf.tensor([[3]]), noDropout(false))).toThrow('3')
    })
  })
})
