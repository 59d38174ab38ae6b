import { beforeAll, describe, expect, test } from 'vitest'
import { withLevers, type LeverPatch } from '../../src/records/levers.ts'
import { inferShapes } from '../../src/layers/shapes.ts'
import { trainRun } from '../../src/train/loop.ts'
import { classificationMetrics } from '../../src/train/metrics.ts'
import { buildModel } from '../../src/train/model.ts'
import type { Trainer } from '../../src/train/engine.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { someLevers } from '../support/levers.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import fixture from './fixtures/training.json' with { type: 'json' }
import { batchNorm, conv, dense, dropout, flatten, mlp, pool, smallCnn } from './world.ts'
import { complete, loadDigits, request, trainerFor, trainJob, workloadOf } from './world.ts'

let digits: TrainingData
let trainer: Trainer
beforeAll(async () => {
  digits = await loadDigits()
  trainer = await trainerFor(digits, mlp)
})

const levers = (patch: LeverPatch) =>
  withLevers(someLevers, { learningRate: 0.005, warmupSteps: 10, epochs: 4, dropout: 0, ...patch })

describe('a whole run repeats PyTorch', () => {
  const rows = Int32Array.from(fixture.labels.keys())
  const data: TrainingData = {
    inputs: Float32Array.from(fixture.inputs),
    inputShape: [4],
    targetScale: null,
    targets: Float32Array.from(fixture.labels),
    splits: { train: rows, validation: rows, test: rows },
  }
  const layers = [dense(8, 'relu'), dense(3)]
  const cases = fixture.runs.flatMap((run) =>
    [1, 2, 4].map((accumulate) => [`${run.optimizer}, ${accumulate} batches a step`, run, accumulate] as const),
  )

  test.each(cases)('%s', async (_, run, accumulate) => {
    const engine = await wasmEngine()
    const shaped = inferShapes(layers, [4])
    if (!shaped.ok) throw new Error(shaped.error.message)
    const model = { ...buildModel(engine.tf, shaped.value), initialWeights: () => Float32Array.from(fixture.weights) }
    const workload = { ...workloadOf(data, layers), data: { ...workloadOf(data, layers).data, classes: ['a', 'b', 'c'] } }
    const { optimizer, learningRate, weightDecay, clipNorm } = run
    const patch = {
      optimizer,
      learningRate,
      weightDecay,
      clipNorm,
      nesterov: true,
      labelSmoothing: 0.1,
      warmupSteps: fixture.warmup,
      finalFraction: 0.1,
      epochs: fixture.epochs,
      batchSize: 24 / accumulate,
      accumulate,
    }
    const result = trainRun({ engine, model, workload, data }, { ...request({ levers: levers(patch) }), job: trainJob })
    expect(result.status).toBe('complete')
    for (const name of ['loss', 'learningRate', 'gradientNorm'] as const) {
      for (const [step, value] of run.steps[name].entries()) {
        expect((result.steps[name][step] as number) / value, `${name} of step ${step}`).toBeCloseTo(1, 3)
      }
    }
    expect(result.steps.clipped).toEqual(run.steps.gradientNorm.map((norm) => norm > clipNorm))
    const theirs = classificationMetrics({ outputs: Float32Array.from(run.logits), targets: data.targets, width: 3 })
    expect((result.evaluations.at(-1)?.validation.nll ?? 0) / theirs.nll).toBeCloseTo(1, 3)
  })
})

describe('digits, really trained', () => {
  test('a small CNN reaches 97 % test accuracy and more over five seeds', async () => {
    const cnn = await trainerFor(digits, smallCnn)
    const good = levers({ learningRate: 0.01, dropout: 0.1, warmupSteps: 30, epochs: 15 })
    const scores = [0, 1, 2, 3, 4].map((seed) => {
      const { best } = complete(cnn.run(request({ levers: good, seed, job: { ...trainJob, evaluateTest: true } }), 'run'))
      return best?.test?.accuracy ?? 0
    })
    console.log(`test accuracy of the small CNN over five seeds: ${scores.join(', ')}`)
    expect(scores.reduce((a, b) => a + b) / 5).toBeGreaterThanOrEqual(0.97)
  })

  test('regression learns, in units of the target', async () => {
    const mean = 4.5
    const sd = 2.87
    const data = { ...digits, targets: digits.targets.map((y) => (y - mean) / sd), targetScale: [{ mean, sd }] }
    const workload = workloadOf(data, mlp)
    const net = await trainerFor(data, [flatten, dense(64, 'relu'), dense(1)], {
      task: 'regression',
      objective: 'rmse',
      data: { ...workload.data, classes: null },
    })
    const { best } = complete(net.run(request({ levers: levers({ epochs: 15 }) }), 'run'))
    expect(best?.validation.r2).toBeGreaterThan(0.8)
    expect(best?.validation.rmse).toBeCloseTo(Math.sqrt(best?.validation.mse ?? 0), 3)
    expect((best?.validation.mse ?? 0) / (sd * sd * (1 - (best?.validation.r2 ?? 0)))).toBeCloseTo(1, 1)
  })

  test('batch normalization trains with accumulated batches', async () => {
    const net = await trainerFor(digits, [conv(8), batchNorm, pool, flatten, dropout, dense(10)])
    const { best } = complete(net.run(request({ levers: levers({ batchSize: 32, accumulate: 2, dropout: 0.1 }) }), 'run'))
    expect(best?.validation.accuracy).toBeGreaterThan(0.85)
  })

  test('full augmentation trains too', async () => {
    const augmented = request({ levers: levers({ augmentation: 1, labelSmoothing: 0.1 }) })
    const { best, steps } = complete(trainer.run(augmented, 'run'))
    expect(best?.validation.accuracy).toBeGreaterThan(0.85)
    expect(steps.loss.at(-1)).toBeGreaterThan(0.5)
  })
})

describe('a run is a function of its request', () => {
  const run = (patch: LeverPatch = {}, seed = 0) =>
    complete(trainer.run(request({ levers: levers({ dropout: 0.2, augmentation: 0.5, ...patch }), seed }), 'run'))

  test('the same seed gives the same bits; seed 0 is a seed like any other', () => {
    const [once, again, other] = [run(), run(), run({}, 1)]
    expect({ ...again, timing: null }).toEqual({ ...once, timing: null })
    expect(other.weights).not.toBe(once.weights)
    expect(other.steps.loss[0]).not.toBe(once.steps.loss[0])
  })

  test('its result survives JSON', () => {
    const result = run()
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  test('accumulating halves of a batch is the whole batch', () => {
    const whole = run({ dropout: 0, augmentation: 0 }).steps.loss
    const halves = run({ dropout: 0, augmentation: 0, batchSize: 32, accumulate: 2 }).steps.loss
    expect(halves).toHaveLength(whole.length)
    for (const [step, loss] of whole.entries()) expect((halves[step] as number) / loss).toBeCloseTo(1, 2)
  })
})

describe('length, stops and checkpoints', () => {
  const run = (patch: LeverPatch, job = {}) =>
    trainer.run(request({ levers: levers(patch), job: { ...trainJob, ...job } }), 'run')

  test('a shorter run compresses its schedule', () => {
    const { steps, evaluations } = complete(run({ epochs: 4 }, { length: 0.5 }))
    expect(steps.loss).toHaveLength(2 * 16)
    expect(steps.learningRate.at(-1)).toBe(0)
    expect(Math.max(...steps.learningRate)).toBe(steps.learningRate[5])
    expect(evaluations.map((e) => [e.step, e.epoch])).toEqual([
      [16, 1],
      [32, 2],
    ])
  })

  test('a run that stops early is the beginning of the whole one', () => {
    const [whole, third] = [complete(run({ epochs: 4 })), complete(run({ epochs: 4 }, { stopAfter: 0.3 }))]
    expect(third.steps.loss).toEqual(whole.steps.loss.slice(0, 19))
    expect(third.steps.learningRate).toEqual(whole.steps.learningRate.slice(0, 19))
    expect(third.evaluations.map((e) => e.step)).toEqual([16, 19])
  })

  test('the best checkpoint is the one that the test split sees', () => {
    // A rate that ruins the net after a good start: the best evaluation is not the last.
    const ruin = { learningRate: 0.05, schedule: 'constant', epochs: 12, optimizer: 'adam', weightDecay: 0 }
    const whole = complete(run(ruin, { evaluateTest: true }))
    const accuracies = whole.evaluations.map((e) => e.validation.accuracy ?? 0)
    const first = accuracies.indexOf(Math.max(...accuracies))
    expect(first).toBeLessThan(accuracies.length - 1)
    expect(whole.best?.step).toBe(whole.evaluations[first]?.step)
    const until = complete(run(ruin, { evaluateTest: true, stopAfter: (first + 1) / 12 }))
    const without = ({ best }: typeof whole) => ({ ...best, averaged: null })
    expect(without(until)).toEqual(without(whole))
  })

  test('a job that measures the test rows has the average of the weights beside them, and no other result changes', () => {
    const [plain, asked] = [complete(run({})), complete(run({}, { evaluateTest: true }))]
    if (!asked.best?.averaged || plain.best === null) throw new Error('no average')
    const { averaged, test, predictions: _kept, testRows: _rows, ...best } = asked.best
    // A job without test rows says instead how its objective depends on the validation rows.
    const { rowGroups: _groups, mistakeCost: _cost, ...own } = plain.best
    expect({ ...best, test: null }).toEqual(own)
    expect(asked.weights).toBe(plain.weights)
    expect(asked.steps).toEqual(plain.steps)
    const bare = asked.evaluations.map(({ averaged: _, ...evaluation }) => evaluation)
    expect(bare).toEqual(plain.evaluations)
    expect(plain.evaluations.some((e) => e.averaged)).toBe(false)
    // Its own best evaluation, not that of the weights.
    const accuracies = asked.evaluations.map((e) => e.averaged?.validation.accuracy ?? 0)
    const first = accuracies.indexOf(Math.max(...accuracies))
    expect(averaged.step).toBe(asked.evaluations[first]?.step)
    expect(averaged.validation).toEqual(asked.evaluations[first]?.averaged?.validation)
    expect(averaged.validation).not.toEqual(best.validation)
    expect(averaged.test?.accuracy).toBeGreaterThan(0.8)
    expect(test?.accuracy).toBeGreaterThan(0.8)
  })

  test('the average of a run of ten steps or fewer is the weights themselves', async () => {
    const splits = { ...digits.splits, train: digits.splits.train.slice(0, 128) }
    const short = await trainerFor({ ...digits, splits }, mlp)
    const job = { ...trainJob, evaluateTest: true }
    const { best } = complete(short.run(request({ levers: levers({ epochs: 2 }), job }), 'run'))
    const { averaged, predictions: _kept, testRows: _rows, ...own } = best ?? {}
    expect(averaged).toEqual(own)
  })

  test('a job that asks for it gets the calibration of the best checkpoint, and no other result changes', () => {
    const [plain, asked] = [
      complete(run({}, { evaluateTest: true })),
      complete(run({}, { evaluateTest: true, calibration: true })),
    ]
    if (asked.best === null) throw new Error('no best checkpoint')
    const { calibration, ...best } = asked.best
    expect(best).toEqual(plain.best)
    expect(asked.weights).toBe(plain.weights)
    expect(calibration?.split).toBe('test')
    expect(calibration?.asTrained.nll).toBeCloseTo(best.test?.nll ?? NaN, 4)
    expect(calibration?.asTrained.ece).toBeCloseTo(best.test?.ece ?? NaN, 4)
    expect(complete(run({}, { calibration: true })).best?.calibration?.split).toBe('validation')
  })

  test('patience ends a run that no longer improves', () => {
    const { steps, evaluations } = complete(run({ learningRate: 1e-9, patience: 2, epochs: 10 }))
    expect(evaluations).toHaveLength(3)
    expect(steps.loss).toHaveLength(3 * 16)
  })

  test('evaluations come as often as asked, and at the end', async () => {
    const seldom = await trainerFor(digits, mlp, { evaluateEvery: 3 })
    const { evaluations } = complete(seldom.run(request({ levers: levers({ epochs: 4 }) }), 'run'))
    expect(evaluations.map((e) => e.epoch)).toEqual([3, 4])
  })

  test('the test split is not touched unless asked for', async () => {
    const poisoned = await trainerFor({ ...digits, splits: { ...digits.splits, test: Int32Array.of(1e6) } }, mlp)
    expect(complete(poisoned.run(request({ levers: levers({ epochs: 1 }) }), 'run')).best?.test).toBeNull()
  })
})

describe('a run that diverges', () => {
  test('says where, and keeps what was logged before', () => {
    const wild = levers({ optimizer: 'sgd', learningRate: 1e8, clipNorm: null, warmupSteps: 0 })
    const result = trainer.run(request({ levers: wild }), 'run')
    expect(result.status).toBe('diverged')
    if (result.status !== 'diverged') return
    expect(result.reason).toMatch(/^the (loss|gradient norm) is (NaN|Infinity)$/)
    expect(result.steps.loss).toHaveLength(result.atStep)
    expect(result.atStep).toBeGreaterThan(0)
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })
})
