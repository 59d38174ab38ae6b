import { beforeAll, describe, expect, test } from 'vitest'
import { stream } from '../../../../src/base/random.ts'
import type { Layer } from '../../../../src/layers/layer.ts'
import { type Levers, withLevers } from '../../../../src/records/levers.ts'
import { inferShapes } from '../../../../src/layers/shapes.ts'
import type { AugmentationPolicy, ModelWorkload } from '../../../../src/records/plan.ts'
import { averagingOver, type Averaging } from '../../../../src/train/averaging.ts'
import { batchSource } from '../../../../src/train/batches.ts'
import type { RunContext } from '../../../../src/train/context.ts'
import { evaluate } from '../../../../src/train/evaluate.ts'
import { createLearner, type Learner } from '../../../../src/train/learner.ts'
import { buildModel } from '../../../../src/train/model.ts'
import { createTrainer } from '../../../../src/train/trainer.ts'
import type { Tf } from '../../../../src/layers/forward.ts'
import type { Engine } from '../../../../src/train/engine.ts'
import type { TrainingData } from '../../../../src/train/types.ts'
import { someLevers } from '../../../support/levers.ts'
import { missingNative, nativeEngine, nativeFolder } from '../../../support/tf-native.ts'
import { wasmEngine } from '../../../support/tf-wasm.ts'
import { everyKind } from '../../../train/conformance.ts'

const none: AugmentationPolicy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }

interface Setup {
  readonly layers: readonly Layer[]
  readonly inputShape: readonly number[]
  readonly levers?: Levers
  readonly task?: 'classification' | 'multi-label' | 'regression'
  /** Names of several targets or labels. */
  readonly several?: readonly string[]
  /** How much each label counts where it applies. */
  readonly labelWeights?: readonly number[]
  readonly augmentation?: AugmentationPolicy
  readonly averaging?: Averaging
  /** Stands in for the tensor library in the model's layers. */
  readonly tf?: Tf
}

const levers = withLevers(someLevers, { batchSize: 16, learningRate: 0.01, dropout: 0.2 })
const dense = (units: number, activation: 'relu' | 'linear' = 'linear'): Layer => ({
  kind: 'dense',
  units,
  activation,
  useBias: true,
})
const norm: Layer = { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 }
const dropout: Layer = { kind: 'dropout', rate: null }
const labelled = { task: 'multi-label', several: ['a', 'b'], layers: [dense(16, 'relu'), dropout, dense(2)] } as const
const mlp: Setup = { inputShape: [12], layers: [dense(16, 'relu'), norm, dropout, dense(3)], levers }

/** How many of a row's inputs are token ids. */
const tokensOf = (first: Layer | undefined, size: number): number =>
  first?.kind === 'embedding' ? size : first?.kind === 'embeddingBag' ? (first.tokens ?? size) : 0

function dataOf({ inputShape, layers, task, several = ['y'], labelWeights }: Setup): TrainingData {
  const [size, rows] = [inputShape.reduce((product, length) => product * length, 1), 60]
  const random = stream(5, 'rows')
  const inputs = Float32Array.from({ length: rows * size }, (_, i) => {
    const label = Math.floor(i / size) % 3
    return i % size < tokensOf(layers[0], size)
      ? 2 * label + random.integer(3)
      : Math.sin((i % size) + 2 * label) + random.normal()
  })
  const targets = Float32Array.from({ length: rows * several.length }, (_, i) =>
    task === 'regression' ? random.normal() : task === 'multi-label' ? Number(random.uniform() < 0.3) : i % 3,
  )
  const row = Int32Array.from({ length: rows }, (_, i) => i)
  const splits = { train: row.slice(0, 40), validation: row.slice(40), test: row.slice(50) }
  const weights = labelWeights && { labelWeights: Float32Array.from(labelWeights) }
  return { inputs, inputShape, targets, targetScale: null, splits, ...weights }
}

interface Training {
  readonly context: RunContext
  readonly learner: Learner
  readonly notices: readonly string[]
  /** Losses of so many further steps, asked for in parts of a size. */
  train(steps: number, part?: number, rate?: number): number[]
  norms: number[]
  dispose(): void
}

function start(engine: Engine, setup: Setup, seed = 0): Training {
  const data = dataOf(setup)
  const shaped = inferShapes(setup.layers, setup.inputShape)
  if (!shaped.ok) throw new Error(shaped.error.message)
  const notices: string[] = []
  const notice = (message: string): number => notices.push(message)
  const compiler = engine.compile?.(data, notice)
  const task = setup.task ?? 'classification'
  const workload = {
    task,
    layers: setup.layers,
    augmentation: setup.augmentation ?? none,
    data: { classes: task === 'classification' ? ['a', 'b', 'c'] : null, targets: setup.several },
  } as unknown as ModelWorkload
  const context: RunContext = {
    engine,
    workload,
    data,
    model: buildModel(setup.tf ?? engine.tf, shaped.value, engine.fused),
    compiler,
    notice,
  }
  const learner = createLearner(context, setup.levers ?? levers, seed, setup.averaging)
  const width = task === 'classification' ? 3 : (setup.several?.length ?? 1)
  const batches = batchSource(
    data,
    { task, width, levers: setup.levers ?? levers, augmentation: workload.augmentation },
    seed,
  )
  let taken = 0
  const norms: number[] = []
  return {
    context,
    learner,
    notices,
    norms,
    train(steps, part = 5, rate = 0.01) {
      const losses: number[] = []
      while (losses.length < steps) {
        const count = Math.min(part, steps - losses.length)
        const reports = learner.advance(
          batches,
          taken,
          Array.from({ length: count }, (_, i) => rate * (1 + ((taken + i) % 3))),
        )
        losses.push(...reports.map((r) => r.loss))
        norms.push(...reports.map((r) => r.norm))
        taken += count
      }
      return losses
    },
    dispose() {
      learner.dispose()
      compiler?.dispose()
    },
  }
}

interface Trained {
  readonly losses: number[]
  readonly norms: readonly number[]
  readonly weights: Float32Array
  readonly statistics: readonly Float32Array[]
  /** Of weights and statistics; empty without averaging. */
  readonly averages: readonly Float32Array[]
  readonly metrics: Readonly<Record<string, number>>
}

function trained(engine: Engine, setup: Setup, steps = 20, part = 7): Trained {
  const training = start(engine, setup)
  const losses = training.train(steps, part)
  expect(training.notices).toEqual([])
  const metrics = evaluate(training.context, training.learner.state, training.context.data.splits.validation)
  const { weights, statistics } = training.learner.checkpoint()
  const average = training.learner.average && training.learner.checkpoint(training.learner.average)
  const averages = average ? [average.weights, ...average.statistics] : []
  training.dispose()
  return { losses, norms: training.norms, weights, statistics, averages, metrics: metrics as Record<string, number> }
}

function expectAlike(found: Trained, wanted: Trained, tolerance: number): void {
  expectClose(found.losses, wanted.losses, tolerance)
  expectClose(found.norms, wanted.norms, 3 * tolerance)
  expectClose(found.weights, wanted.weights, tolerance)
  found.statistics.forEach((values, i) => expectClose(values, wanted.statistics[i] ?? [], tolerance))
  expect(found.averages.length).toBe(wanted.averages.length)
  found.averages.forEach((values, i) => expectClose(values, wanted.averages[i] ?? [], tolerance))
  for (const name of ['nll', 'mse']) {
    if (name in wanted.metrics) expectClose([found.metrics[name] ?? NaN], [wanted.metrics[name] ?? NaN], tolerance)
  }
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(wanted.length)
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [found[i] as number, wanted[i] as number]
    if (!(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)))) expect({ at: i, value: a }).toEqual({ at: i, value: b })
  }
}

const image: Pick<Setup, 'inputShape' | 'layers'> = {
  inputShape: [6, 6, 2],
  layers: [
    { kind: 'conv2d', filters: 6, kernelSize: [3, 3], strides: [1, 1], padding: 'same', activation: 'relu', useBias: true },
    norm,
    { kind: 'maxPooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' },
    { kind: 'flatten' },
    dropout,
    dense(3),
  ],
}
const full: AugmentationPolicy = { shift: 0.2, flip: 0.5, erase: 0.2, noise: 0.1, mixup: 0.3 }
/** A bias of keys shifts all scores of a row alike, so its gradient is rounding, which Adam would make steps of. */
const plain = { levers: withLevers(levers, { optimizer: 'sgd' }) }
const setups: readonly (readonly [string, Setup])[] = [
  ...everyKind.map(
    ({ name, layers, inputShape }) =>
      [name, { layers, inputShape, ...(name === 'multiHeadAttention' ? plain : {}) }] as const,
  ),
  ...(
    [
      ['adamw', {}],
      ['adamw without decay or clipping', { weightDecay: 0, clipNorm: null }],
      ['nadamw', { optimizer: 'nadamw' }],
      ['adam', { optimizer: 'adam' }],
      ['sgd', { optimizer: 'sgd' }],
      ['sgd with nesterov', { optimizer: 'sgd', nesterov: true }],
      ['sgd without momentum', { optimizer: 'sgd', momentum: 0 }],
      ['clipping', { clipNorm: 0.05 }],
      ['accumulation', { accumulate: 2 }],
      ['label smoothing', { labelSmoothing: 0.2 }],
      ['no dropout', { dropout: 0 }],
    ] as const
  ).map(([name, over]) => [name, { ...mlp, levers: withLevers(levers, over) }] as const),
  ['averages', { ...mlp, averaging: averagingOver(100) }],
  ['images', { ...image, levers }],
  ['augmentation', { ...image, augmentation: full, levers: withLevers(levers, { augmentation: 1 }) }],
  [
    'augmentation and accumulation',
    { ...image, augmentation: full, levers: withLevers(levers, { augmentation: 1, accumulate: 2 }) },
  ],
  ['regression', { ...mlp, task: 'regression', layers: [dense(16, 'relu'), dense(1)] }],
  ['labels', { ...mlp, ...labelled }],
  ['labels with weights', { ...mlp, ...labelled, labelWeights: [2.5, 0.5] }],
  ['several targets', { ...mlp, task: 'regression', several: ['a', 'b'], layers: [dense(16, 'relu'), dense(2)] }],
]

/** Runs over images of one channel by a trainer, without and with augmentation. */
function imageRuns(engine: Engine): { readonly loss: readonly number[]; readonly nll: number }[] {
  const conv: Layer = {
    kind: 'conv2d',
    filters: 4,
    kernelSize: [3, 3],
    strides: [1, 1],
    padding: 'same',
    activation: 'relu',
    useBias: true,
  }
  const images: Setup = { inputShape: [6, 5, 1], layers: [conv, { kind: 'flatten' }, dense(3)] }
  const workload = {
    task: 'classification',
    layers: images.layers,
    objective: 'nll',
    evaluateEvery: 1,
    parameters: 0,
    augmentation: { ...none, shift: 0.2 },
    data: { classes: ['a', 'b', 'c'] },
  } as unknown as ModelWorkload
  const trainer = createTrainer(engine, workload, dataOf(images))
  const runs = [0, 0.5].map((augmentation) => {
    const job = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true, calibration: true } as const
    const result = trainer.run(
      { stage: 'verify', label: '', levers: withLevers(levers, { augmentation }), seed: 0, job },
      'a',
    )
    if (result.status !== 'complete' || !result.best?.test) throw new Error(JSON.stringify(result))
    return { loss: result.steps.loss, nll: 'nll' in result.best.test ? result.best.test.nll : NaN }
  })
  trainer.dispose()
  return runs
}

if (nativeFolder === null) test('compiled steps', ({ skip }) => skip(missingNative))
else
  describe('compiled steps', () => {
    let eager: Engine
    let compiled: Engine
    const embedded = new Map<string, Trained>()
    let embeddedImages: ReturnType<typeof imageRuns> = []
    beforeAll(async () => {
      // The tensor library has one engine at work in a process: wasm does all of its part first.
      const wasm = await wasmEngine()
      for (const [name, setup] of setups) embedded.set(name, trained(wasm, setup, 10))
      embeddedImages = imageRuns(wasm)
      compiled = await nativeEngine(true)
      const { compile: _, ...rest } = compiled
      eager = rest
    })

    describe('agree with steps op by op, and with the embedded engine, on', () => {
      test.each(setups)('%s', (name, setup) => {
        const fast = trained(compiled, setup, 10)
        expectAlike(fast, trained(eager, setup, 10), 1e-4)
        expectAlike(fast, embedded.get(name) as Trained, 2e-3)
      })
    })

    test('agree after 100 steps', () => {
      expectAlike(trained(compiled, mlp, 100, 40), trained(eager, mlp, 100), 1e-3)
    })

    test('are the same bits however many a call takes, and in every run', () => {
      for (const setup of [mlp, { ...image, levers }, { ...mlp, averaging: averagingOver(100) }]) {
        const runs = [1, 4, 30].map((part) => trained(compiled, setup, 30, part))
        for (const run of runs) expect(run).toEqual(runs[0])
      }
    })

    test('are the same bits with and without an average beside them', () => {
      for (const setup of [mlp, { ...image, levers }]) {
        const plain = trained(compiled, setup, 30)
        const { averages, ...beside } = trained(compiled, { ...setup, averaging: averagingOver(100) }, 30)
        expect({ ...beside, averages: [] }).toEqual(plain)
        expect(averages.length).toBe(1 + plain.statistics.length)
      }
    })

    test('serve runs of other seeds and rates as if they had been recorded for them', () => {
      const first = start(compiled, mlp, 0)
      first.train(6)
      const later = createLearner(first.context, levers, 7)
      const batches = batchSource(first.context.data, { task: 'classification', width: 3, levers, augmentation: none }, 7)
      const losses = later.advance(batches, 0, [0.02, 0.01, 0.03]).map((report) => report.loss)
      const own = start(compiled, mlp, 7)
      const wanted = own.learner.advance(batches, 0, [0.02, 0.01, 0.03]).map((report) => report.loss)
      expect(losses).toEqual(wanted)
      expect(later.checkpoint()).toEqual(own.learner.checkpoint())
      later.dispose()
      for (const training of [first, own]) training.dispose()
    })

    test('take a first convolution as a product where nothing augments, and come to what the embedded engine does', () => {
      const found = imageRuns(compiled)
      expect(found.length).toBe(2)
      found.forEach(({ loss, nll }, i) => {
        expectClose(loss, embeddedImages[i]?.loss ?? [], 1e-3)
        expectClose([nll], [embeddedImages[i]?.nll ?? NaN], 1e-3)
      })
      expect(found[0]?.loss).not.toEqual(found[1]?.loss)
    })

    test('have a fresh dropout mask in every step', () => {
      const training = start(compiled, {
        ...mlp,
        levers: withLevers(levers, { batchSize: 40, dropout: 0.5, weightDecay: 0 }),
      })
      const losses = training.train(12, 12, 0)
      expect(new Set(losses).size).toBe(12)
      training.dispose()
    })

    test('keep no tensors, over 10,000 steps', () => {
      const { tf } = compiled
      const training = start(compiled, mlp)
      training.train(100, 50)
      const before = tf.memory()
      training.train(10_000, 200)
      expect(tf.memory().numTensors).toBe(before.numTensors)
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers)
      training.dispose()
    })

    test('end where the caller wants, in the state of that step', () => {
      const [short, long] = [start(compiled, mlp), start(compiled, mlp)]
      short.train(5, 5)
      const data = dataOf(mlp)
      const batches = batchSource(data, { task: 'classification', width: 3, levers, augmentation: none }, 0)
      let seen = 0
      const reports = long.learner.advance(
        batches,
        0,
        Array.from({ length: 20 }, (_, i) => 0.01 * (1 + (i % 3))),
        () => ++seen < 5,
      )
      expect(reports).toHaveLength(5)
      expect(long.learner.checkpoint()).toEqual(short.learner.checkpoint())
      short.dispose()
      long.dispose()
    })

    test('are refused by the name of the layer that reads values back, and run op by op', () => {
      const reading = {
        ...compiled.tf,
        relu: (x: Parameters<Tf['relu']>[0]) => {
          ;(x as { dataSync(): unknown }).dataSync()
          return compiled.tf.relu(x)
        },
      } as Tf
      const training = start(compiled, { ...mlp, tf: reading })
      const losses = training.train(10)
      expect(training.notices).toEqual([
        expect.stringMatching(/op at a time.*layer 0\.dense cannot be compiled.*reads values back/),
      ])
      expect(training.learner.chunk).toBe(1)
      expect(losses).toEqual(start(eager, mlp).train(10))
      training.dispose()
    })

    test('are refused where JavaScript draws numbers of its own in each', () => {
      let drawn = 0
      const drawing = {
        ...compiled.tf,
        relu: (x: Parameters<Tf['relu']>[0]) => compiled.tf.mul(compiled.tf.relu(x), (drawn += 0.1)),
      } as Tf
      const training = start(compiled, { ...mlp, tf: drawing })
      training.train(3)
      expect(training.notices).toEqual([expect.stringContaining('not alike')])
      training.dispose()
    })
  })
