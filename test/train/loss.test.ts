import type { Scalar } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { meanSquaredError, smoothedTargets, softmaxCrossEntropy, weightedCrossEntropy } from '../../src/train/loss.ts'
import type { Tensor, Tf } from '../../src/layers/forward.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import fixture from './fixtures/losses.json' with { type: 'json' }
import weighted from './fixtures/weighted.json' with { type: 'json' }

let tf: Tf
beforeAll(async () => {
  tf = (await wasmEngine()).tf
})

type Loss = (tf: Tf, targets: Tensor, outputs: Tensor) => Tensor
function withGradient(loss: Loss, targets: Tensor, outputs: number[][]): { value: number; gradient: number[] } {
  const { value, grad } = tf.valueAndGrad((z: Tensor) => loss(tf, targets, z) as Scalar)(tf.tensor2d(outputs))
  return { value: value.dataSync()[0] as number, gradient: [...grad.dataSync()] }
}

function expectEqual(ours: { value: number; gradient: number[] }, theirs: { loss: number; gradient: number[][] }): void {
  expect(ours.value / theirs.loss).toBeCloseTo(1, 6)
  for (const [i, g] of theirs.gradient.flat().entries()) expect(ours.gradient[i], `gradient ${i}`).toBeCloseTo(g, 6)
}

describe('softmax cross-entropy is torch.nn.functional.cross_entropy', () => {
  test.each(fixture.crossEntropy.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const targets = tf.tensor2d(smoothedTargets(c.labels, c.classes, c.smoothing), [c.labels.length, c.classes])
    expectEqual(withGradient(softmaxCrossEntropy, targets, c.outputs), c)
  })

  test('class probabilities as targets', () => {
    expectEqual(withGradient(softmaxCrossEntropy, tf.tensor2d(fixture.soft.targets), fixture.soft.outputs), fixture.soft)
  })

  test('the gradient follows an upstream factor', () => {
    const targets = tf.tensor2d([[1, 0]])
    const twice: Loss = (_, t, z) => tf.mul(softmaxCrossEntropy(tf, t, z), 2)
    const [one, two] = [softmaxCrossEntropy, twice].map((loss) => withGradient(loss, targets, [[0.3, 0.9]]).gradient)
    expect(two).toEqual(one?.map((g) => 2 * g))
  })
})

describe('weighted cross-entropy', () => {
  const { labels, outputs, weights } = weighted
  const targetsOf = (factors: readonly number[]): Tensor =>
    tf.tensor2d(
      smoothedTargets(labels, 3, 0).map((target, i) => target * (factors[Math.floor(i / 3)] ?? NaN)),
      [labels.length, 3],
    )

  test('is the log loss of scikit-learn with these weights', () => {
    expectEqual(withGradient(weightedCrossEntropy, targetsOf(weights), outputs), weighted)
  })

  test('is the plain one where every weight is 1', () => {
    const ones = targetsOf(weights.map(() => 1))
    const { value, gradient } = withGradient(softmaxCrossEntropy, ones, outputs)
    const found = withGradient(weightedCrossEntropy, ones, outputs)
    expect(found.value).toBeCloseTo(value, 6)
    found.gradient.forEach((g, i) => expect(g).toBeCloseTo(gradient[i] ?? NaN, 7))
  })
})

test('mean squared error is torch.nn.functional.mse_loss', () => {
  const { targets, outputs } = fixture.meanSquaredError
  expectEqual(withGradient(meanSquaredError, tf.tensor2d(targets), outputs), fixture.meanSquaredError)
})

test('smoothed targets sum to 1 and favour the label', () => {
  const targets = smoothedTargets([2, 0], 4, 0.2)
  expect([...targets]).toEqual([0.05, 0.05, 0.85, 0.05, 0.85, 0.05, 0.05, 0.05].map(Math.fround))
})
