import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { layerDefinitions } from '../../src/layers/index.ts'
import { everyLayer, type Layer } from '../../src/layers/layer.ts'
import { inferShapes } from '../../src/layers/shapes.ts'
import { modelFormats } from '../../src/saved-model/formats/index.ts'
import { targetsOf, type Head, type TrainedModel } from '../../src/saved-model/trained-model.ts'
import { buildModel } from '../../src/train/model.ts'
import { sigmoid } from '../../src/train/label-metrics.ts'
import { softmaxRow } from '../../src/train/predicted.ts'
import { noDropout, statisticTensors, weightTensors } from '../support/tf-layers.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import { needs } from '../support/tools.ts'
import { readsIds, everyKind } from '../train/conformance.ts'

interface Case {
  readonly name: string
  readonly inputShape: readonly number[]
  readonly layers: readonly Layer[]
  readonly head?: Head
}

const classes: Head = { task: 'classification', target: 'kind', classes: ['a', 'b', 'c'] }
const dense = (units: number, activation: 'linear' | 'relu' = 'linear'): Layer => ({
  kind: 'dense',
  units,
  activation,
  useBias: true,
})
const window = { kernelSize: [3, 2], strides: [2, 1], padding: 'same', activation: 'relu', useBias: true } as const
const attention = { kind: 'multiHeadAttention', numHeads: 2, keyDim: 3, useBias: true, dropout: 0.1 } as const

/** What the models of the conformance suite lack: odd sizes, padding under attention, branches of unequal depth. */
const more: readonly Case[] = [
  {
    name: 'windows over odd sizes',
    inputShape: [7, 5, 2],
    layers: [
      { kind: 'conv2d', filters: 4, ...window },
      { kind: 'depthwiseConv2d', depthMultiplier: 2, ...window, strides: [1, 2] },
      { kind: 'separableConv2d', filters: 5, depthMultiplier: 2, ...window, padding: 'valid', strides: [1, 1] },
      { kind: 'maxPooling2d', poolSize: [2, 2], strides: [1, 1], padding: 'same' },
      { kind: 'averagePooling2d', poolSize: [2, 2], strides: [1, 1], padding: 'same' },
      { kind: 'flatten' },
      dense(3),
    ],
  },
  {
    name: 'text with padding',
    inputShape: [6],
    layers: [
      { kind: 'embedding', inputDim: 7, outputDim: 8, maskZero: true },
      { kind: 'positionEmbedding' },
      { kind: 'residual', layers: [{ kind: 'layerNormalization', epsilon: 1e-3 }, attention], shortcut: [] },
      { kind: 'residual', layers: [dense(8, 'relu'), dense(8)], shortcut: [] },
      { kind: 'globalAveragePooling1d' },
      dense(3),
    ],
  },
  {
    name: 'a sequence pooled by the root of its steps',
    inputShape: [6, 2],
    layers: [dense(4), { kind: 'globalAveragePooling1d', combiner: 'sqrtn' }, dense(3)],
  },
  {
    name: 'branches of unequal depth with layers of one class',
    inputShape: [5],
    layers: [
      dense(4, 'relu'),
      {
        kind: 'residual',
        layers: [dense(6, 'relu'), { kind: 'residual', layers: [dense(6)], shortcut: [dense(6)] }, dense(4)],
        shortcut: [dense(4)],
      },
      { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 },
      dense(3),
    ],
  },
  {
    name: 'labels',
    inputShape: [5],
    layers: [dense(4, 'relu'), dense(3)],
    head: { task: 'multi-label', labels: ['a', 'b', 'c'] },
  },
  {
    name: 'a regression',
    inputShape: [5],
    layers: [dense(4, 'relu'), dense(1)],
    head: { task: 'regression', target: 'price', mean: 1200, sd: 35 },
  },
  {
    name: 'a regression with several targets',
    inputShape: [5],
    layers: [dense(4, 'relu'), dense(3)],
    head: {
      task: 'regression',
      targets: [
        { target: 'price', mean: 120, sd: 35 },
        { target: 'weight', mean: -2.5, sd: 0.25 },
        { target: 'age', mean: 40, sd: 11 },
      ],
    },
  },
]

const cases: readonly Case[] = [...everyKind, ...more]
const rows = 8

describe('a saved model', () => {
  let folder: string
  const expected = new Map<string, readonly number[]>()
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'saved-models-'))
    const { tf, fused } = await wasmEngine()
    for (const [i, one] of cases.entries()) {
      const { model, inputs } = trainedModel(one)
      const built = buildModel(tf, model.layers, fused)
      const raw = tf.tidy(() => {
        const { weights, statistics } = model.checkpoint
        const x = tf.tensor(inputs, [rows, ...one.inputShape], 'float32')
        const flat = statistics.flatMap((values) => [...values])
        return [
          ...built
            .forward(weightTensors(tf, built, weights), statisticTensors(tf, built, flat), x, noDropout(false))
            .outputs.dataSync(),
        ]
      })
      const place = join(folder, String(i))
      mkdirSync(place)
      for (const format of modelFormats) writeFileSync(join(place, format.file), format.write(model))
      writeFileSync(join(place, 'inputs.json'), JSON.stringify({ inputs, shape: one.inputShape }))
      expected.set(String(i), meaning(model.head, raw))
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has a case for every layer', () => {
    const kinds = new Set(cases.flatMap(({ layers }) => everyLayer(layers).map(({ kind }) => kind)))
    expect(kinds).toEqual(new Set(layerDefinitions.map(({ kind }) => kind)))
  })

  it.for(['onnx', 'keras'] as const)('gives the same numbers in %s', { timeout: 300_000 }, (format, context) => {
    const found = read(context)
    for (const [i, { name }] of cases.entries()) {
      const wanted = expected.get(String(i)) ?? []
      const values = found[i]?.[format] ?? []
      expect(values.length, name).toBe(wanted.length)
      const scale = Math.max(1, ...wanted.map(Math.abs))
      const worst = Math.max(...wanted.map((value, at) => Math.abs(value - (values[at] ?? NaN)))) / scale
      expect(worst, name).toBeLessThan(1e-5)
    }
  })

  let seen: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> | undefined
  function read(context: TestContext) {
    if (seen) return seen
    const script = join(import.meta.dirname, 'readers/read_models.py')
    const done = spawnSync(needs(context, 'python-frameworks'), [script, folder], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      timeout: 240_000,
    })
    if (done.status !== 0) throw new Error(done.stderr)
    seen = JSON.parse(done.stdout)
    return seen ?? {}
  }
})

/** Weights, statistics and inputs that leave nothing at its initial value. */
function trainedModel({ name, inputShape, layers, head = classes }: Case): {
  readonly model: TrainedModel
  readonly inputs: number[]
} {
  const shaped = inferShapes(layers, inputShape)
  if (!shaped.ok) throw new Error(shaped.error.message)
  const random = stream(1, name)
  const draw = (size: number, from: (value: number) => number): Float32Array =>
    Float32Array.from({ length: size }, () => from(random.normal()))
  const parameters = shaped.value.flatMap((layer) => layer.parameters)
  const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
  const trainable = parameters.filter((p) => p.trainable).reduce((sum, p) => sum + sizeOf(p.shape), 0)
  const statistics = parameters.filter((p) => !p.trainable).map((p) => draw(sizeOf(p.shape), (v) => Math.abs(v) + 0.5))
  const checkpoint = { weights: draw(trainable, (v) => 0.4 * v), statistics }
  const isText = readsIds(layers)
  const inputs = Array.from({ length: rows * sizeOf(inputShape) }, (_, i) =>
    isText ? (i % sizeOf(inputShape) > 2 + (i % 4) ? 0 : random.integer(7)) : random.normal(),
  )
  return { model: { layers: shaped.value, inputShape, checkpoint, head, dropout: 0.1, tool: 'tunegate test' }, inputs }
}

function meaning(head: Head, raw: readonly number[]): number[] {
  if (head.task === 'regression') {
    const targets = targetsOf(head)
    return raw.map(
      (value, i) => value * (targets[i % targets.length]?.sd ?? NaN) + (targets[i % targets.length]?.mean ?? NaN),
    )
  }
  if (head.task === 'multi-label') return raw.map(sigmoid)
  const width = head.classes.length
  return Array.from({ length: raw.length / width }, (_, row) => [
    ...softmaxRow(Float32Array.from(raw), row * width, width).probabilities,
  ]).flat()
}
