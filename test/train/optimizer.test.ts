import { beforeAll, describe, expect, test } from 'vitest'
import type { OptimizationLevers } from '../../src/records/levers.ts'
import { clipByNorm, globalNorm } from '../../src/train/step.ts'
import { createOptimizer, type OptimizerState } from '../../src/train/optimizer.ts'
import { tidy } from '../../src/train/tidy.ts'
import type { Tf } from '../../src/layers/forward.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import fixture from './fixtures/optimizers.json' with { type: 'json' }

type Case = (typeof fixture.cases)[number]
let tf: Tf
beforeAll(async () => {
  tf = (await wasmEngine()).tf
})

const title = (c: Case): string =>
  `${c.optimizer}, weight decay ${c.weightDecay}, momentum ${c.momentum}, nesterov ${c.nesterov}, ` +
  `betas ${c.beta1} ${c.beta2}, clip ${c.clip}`

/** Trains on the fixture's gradients and returns weights after each step, and norms before clipping. */
function train(c: Case): { weights: number[][]; norms: number[]; tensorsLeft: number } {
  const before = tf.memory().numTensors
  const [decayed = 0, plain = 0] = fixture.sizes
  const mask = tf.tensor1d([...Array(decayed).fill(1), ...Array(plain).fill(0)])
  const levers = { ...c, optimizer: c.optimizer as OptimizationLevers['optimizer'], learningRate: 0.01 }
  const optimizer = createOptimizer(tf, levers, { rate: c.weightDecay, mask })
  let state: OptimizerState = {
    weights: tf.tensor1d(fixture.start),
    slots: Array.from({ length: optimizer.slots }, () => tf.zeros([decayed + plain])),
  }
  const [weights, norms]: [number[][], number[]] = [[], []]
  for (const [step, values] of fixture.gradients.entries()) {
    const next = tidy(tf, () => {
      const gradient = tf.tensor1d(values)
      const norm = globalNorm(tf, gradient)
      norms.push(norm.dataSync()[0] as number)
      const clipped = c.clip === null ? gradient : clipByNorm(tf, gradient, norm, c.clip)
      const coefficients = optimizer.coefficients(step, fixture.rates[step] as number).map((x) => tf.scalar(x))
      return optimizer.update(state, clipped, coefficients)
    })
    tf.dispose([state.weights, ...state.slots])
    state = next
    weights.push([...state.weights.dataSync()])
  }
  tf.dispose([state.weights, ...state.slots, mask])
  return { weights, norms, tensorsLeft: tf.memory().numTensors - before }
}

describe('optimizers are those of torch.optim, over 100 steps', () => {
  test.each(fixture.cases.map((c) => [title(c), c] as const))('%s', (_, c) => {
    const { weights, norms, tensorsLeft } = train(c)
    for (const { after, weights: theirs } of c.history) {
      // Both compute in single precision: a few units in the last place of the largest weight.
      for (const [i, value] of theirs.entries()) {
        expect(weights[after - 1]?.[i], `weight ${i} after step ${after}`).toBeCloseTo(value, 5)
      }
    }
    for (const [step, norm] of c.norms.entries()) {
      expect((norms[step] as number) / norm, `norm of step ${step}`).toBeCloseTo(1, 5)
    }
    expect(tensorsLeft).toBe(0)
  })
})

test("the moves of NAdamW become those of torch.optim.NAdam, which corrects the momentum's bias one step ahead", () => {
  const found = fixture.cases.find((c) => c.optimizer === 'nadamw' && c.weightDecay === 0.1) as Case
  const [before, after] = train(found).weights.slice(-2) as [number[], number[]]
  for (const [i, move] of fixture.nadamLastMove.entries()) {
    // Weight decay acts on weights that differ by what the first steps left, hence the tolerance.
    expect((after[i] as number) - (before[i] as number)).toBeCloseTo(move, 5)
  }
})

test('weights outside the mask never decay, and those inside do', () => {
  const mask = tf.tensor1d([1, 0])
  const plain = { ...(fixture.cases[0] as Case), optimizer: 'sgd', momentum: 0, learningRate: 1 } as const
  const optimizer = createOptimizer(tf, plain, { rate: 0.5, mask })
  const { weights } = tidy(tf, () =>
    optimizer.update(
      { weights: tf.tensor1d([8, 8]), slots: [] },
      tf.zeros([2]),
      optimizer.coefficients(0, 0.1).map((x) => tf.scalar(x)),
    ),
  )
  expect(weights.dataSync()[0]).toBeCloseTo(8 * (1 - 0.1 * 0.5), 6)
  expect(weights.dataSync()[1]).toBe(8)
  tf.dispose([weights, mask])
})
