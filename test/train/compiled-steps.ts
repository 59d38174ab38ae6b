import { expect } from 'vitest'
import { stream } from '../../src/base/random.ts'
import type { Layer } from '../../src/layers/layer.ts'
import { type Levers, withLevers } from '../../src/records/levers.ts'
import { inferShapes } from '../../src/layers/shapes.ts'
import type { AugmentationPolicy, ModelWorkload } from '../../src/records/plan.ts'
import { averagingOver, type Averaging } from '../../src/train/averaging.ts'
import { batchSource } from '../../src/train/batches.ts'
import type { RunContext } from '../../src/train/context.ts'
import { evaluate } from '../../src/train/evaluate.ts'
import { createLearner, type Learner } from '../../src/train/learner.ts'
import { buildModel } from '../../src/train/model.ts'
import { normPair } from '../../src/train/probe.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import type { Tf } from '../../src/layers/forward.ts'
import type { Engine } from '../../src/train/engine.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { someLevers } from '../support/levers.ts'
import { everyKind } from './conformance.ts'

export const none: AugmentationPolicy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }

export interface Setup {
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

export const levers = withLevers(someLevers, { batchSize: 16, learningRate: 0.01, dropout: 0.2 })
const dense = (units: number, activation: 'relu' | 'linear' = 'linear'): Layer => ({
  kind: 'dense',
  units,
  activation,
  useBias: true,
})
const norm: Layer = { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 }
const dropout: Layer = { kind: 'dropout', rate: null }
const labelled = { task: 'multi-label', several: ['a', 'b'], layers: [dense(16, 'relu'), dropout, dense(2)] } as const
export const mlp: Setup = { inputShape: [12], layers: [dense(16, 'relu'), norm, dropout, dense(3)], levers }

/** How many of a row's inputs are token ids. */
const tokensOf = (first: Layer | undefined, size: number): number =>
  first?.kind === 'embedding' ? size : first?.kind === 'embeddingBag' ? (first.tokens ?? size) : 0

export function dataOf({ inputShape, layers, task, several = ['y'], labelWeights }: Setup): TrainingData {
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

export interface Training {
  readonly context: RunContext
  readonly learner: Learner
  readonly notices: readonly string[]
  /** Losses of so many further steps, asked for in parts of a size. */
  train(steps: number, part?: number, rate?: number): number[]
  norms: number[]
  /** Squared norms of the gradients of a step's first batch, as a probe measures them: in parts, and of the whole. */
  noise(step: number): number[]
  dispose(): void
}

/** @param like a context whose compiler it shares */
export function start(engine: Engine, setup: Setup, seed = 0, like?: RunContext): Training {
  const data = dataOf(setup)
  const shaped = inferShapes(setup.layers, setup.inputShape)
  if (!shaped.ok) throw new Error(shaped.error.message)
  const notices: string[] = []
  const notice = (message: string): number => notices.push(message)
  const compiler = like ? like.compiler : engine.compile?.(data, notice)
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
    noise: (step) =>
      normPair(context, learner, batches(step), step).flatMap(({ small, large }) => [small.squaredNorm, large.squaredNorm]),
    dispose() {
      learner.dispose()
      if (!like) compiler?.dispose()
    },
  }
}

export interface Trained {
  readonly losses: number[]
  readonly norms: readonly number[]
  readonly noise: readonly number[]
  readonly weights: Float32Array
  readonly statistics: readonly Float32Array[]
  /** Of weights and statistics; empty without averaging. */
  readonly averages: readonly Float32Array[]
  readonly metrics: Readonly<Record<string, number>>
}

export function trained(engine: Engine, setup: Setup, steps = 20, part = 7): Trained {
  const training = start(engine, setup)
  const losses = training.train(steps, part)
  const noise = [0, 1, steps].flatMap((step) => training.noise(step))
  expect(training.notices).toEqual([])
  const metrics = evaluate(training.context, training.learner.state, training.context.data.splits.validation)
  const { weights, statistics } = training.learner.checkpoint()
  const average = training.learner.average && training.learner.checkpoint(training.learner.average)
  const averages = average ? [average.weights, ...average.statistics] : []
  training.dispose()
  return { losses, norms: training.norms, noise, weights, statistics, averages, metrics: metrics as Record<string, number> }
}

export function expectAlike(found: Trained, wanted: Trained, tolerance: number): void {
  expectClose(found.losses, wanted.losses, tolerance)
  expectClose(found.norms, wanted.norms, 3 * tolerance)
  expectClose(found.noise, wanted.noise, 3 * tolerance)
  expectClose(found.weights, wanted.weights, tolerance)
  found.statistics.forEach((values, i) => expectClose(values, wanted.statistics[i] ?? [], tolerance))
  expect(found.averages.length).toBe(wanted.averages.length)
  found.averages.forEach((values, i) => expectClose(values, wanted.averages[i] ?? [], tolerance))
  for (const name of ['nll', 'mse']) {
    if (name in wanted.metrics) expectClose([found.metrics[name] ?? NaN], [wanted.metrics[name] ?? NaN], tolerance)
  }
}

export function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(wanted.length)
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [found[i] as number, wanted[i] as number]
    if (!(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)))) expect({ at: i, value: a }).toEqual({ at: i, value: b })
  }
}

export const image: Pick<Setup, 'inputShape' | 'layers'> = {
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
export const setups: readonly (readonly [string, Setup])[] = [
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
export function imageRuns(engine: Engine): { readonly loss: readonly number[]; readonly nll: number }[] {
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
