import { beforeAll, describe, expect, test } from 'vitest'
import type { LayerOf } from '../../src/layers/layer.ts'
import { inferShapes, type ShapedLayer } from '../../src/layers/shapes.ts'
import { columnsOf, spread } from '../../src/train/columns.ts'
import { buildModel } from '../../src/train/model.ts'
import type { Tensor, Tf } from '../../src/layers/forward.ts'
import type { Model, TrainingData } from '../../src/train/types.ts'
import { type LayerCase, layerCases, noDropout, statisticTensors, weightTensors } from '../support/tf-layers.ts'
import { wasmEngine } from '../support/tf-wasm.ts'

let tf: Tf
beforeAll(async () => {
  tf = (await wasmEngine()).tf
})

const cases = layerCases.filter((c) => c.layers[0]?.kind === 'conv2d')

function shapesOf({ layers, inputShape }: Pick<LayerCase, 'layers' | 'inputShape'>): readonly ShapedLayer[] {
  const shaped = inferShapes(layers, inputShape)
  if (!shaped.ok) throw new Error(shaped.error.message)
  return shaped.value
}

/** Outputs and gradients of the weights, as flat numbers. */
function numbersOf(model: Model, c: LayerCase, inputs: Float32Array, shape: readonly number[]): number[] {
  return tf.tidy(() => {
    const statistics = statisticTensors(tf, model, c.statistics)
    const x = tf.tensor(inputs, [c.batch, ...shape])
    const forward = (...weights: Tensor[]): Tensor => model.forward(weights, statistics, x, noDropout(false)).outputs
    const outputs = forward(...weightTensors(tf, model, c.weights))
    const slope = tf.tensor([...c.slope], outputs.shape)
    const loss = (...weights: Tensor[]): Tensor => tf.sum(tf.mul(forward(...weights), slope))
    const { grads } = tf.valueAndGrads(loss as (...args: Tensor[]) => never)(weightTensors(tf, model, c.weights))
    return [outputs, ...grads].flatMap((t) => [...t.dataSync()])
  })
}

describe('a first convolution over columns', () => {
  test.each(cases.map((c) => [c.name, c] as const))('%s: the same outputs and gradients as over images', (_, c) => {
    const shaped = shapesOf(c)
    const [first] = shaped as [ShapedLayer]
    const images = Float32Array.from(c.inputs)
    const columns = spread(first.layer as LayerOf<'conv2d'>, first, images)
    const places = (first.output[0] ?? 0) * (first.output[1] ?? 0)
    const shape = [...first.output.slice(0, 2), columns.length / c.batch / places]
    const wanted = numbersOf(buildModel(tf, shaped), c, images, c.inputShape)
    const found = numbersOf(buildModel(tf, shaped, undefined, true), c, columns, shape)
    expect(found.length).toBe(wanted.length)
    found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i] as number, 3))
  })

  test('has the weights, names and order of the plain model', () => {
    const shaped = shapesOf(cases[0] as LayerCase)
    const [plain, columns] = [buildModel(tf, shaped), buildModel(tf, shaped, undefined, true)]
    expect(columns.parameters).toEqual(plain.parameters)
    expect(columns.initialWeights(3)).toEqual(plain.initialWeights(3))
  })
})

describe('columnsOf', () => {
  const conv = (size: number): LayerOf<'conv2d'> => ({
    kind: 'conv2d',
    filters: 2,
    kernelSize: [size, size],
    strides: [1, 1],
    padding: 'same',
    activation: 'relu',
    useBias: true,
  })
  const data = (inputShape: readonly number[], rows = 3): TrainingData => ({
    inputs: new Float32Array(rows * inputShape.reduce((a, b) => a * b, 1)).fill(1),
    inputShape,
    targetScale: null,
    targets: new Float32Array(rows),
    splits: { train: new Int32Array(), validation: new Int32Array(), test: new Int32Array() },
  })

  test('spreads all images of a data set, with zeros around them', () => {
    const found = columnsOf(shapesOf({ layers: [conv(3)], inputShape: [4, 5, 1] }), data([4, 5, 1]))
    expect(found?.inputShape).toEqual([4, 5, 9])
    // The patch of the first corner reads padding above and to the left.
    expect([...(found?.inputs.subarray(0, 9) ?? [])]).toEqual([0, 0, 0, 0, 1, 1, 0, 1, 1])
    expect(found?.inputs.length).toBe(3 * 4 * 5 * 9)
  })

  test.each([
    ['of many values a patch', [conv(3)], [8, 8, 3], 3],
    ['of more bytes than memory should hold', [conv(3)], [64, 64, 1], 4000],
    ['with another first layer', [{ kind: 'flatten' } as const], [8, 8, 1], 3],
  ] as const)('leaves images %s as they are', (_, layers, inputShape, rows) => {
    const size = inputShape.reduce<number>((product, side) => product * side, 1)
    const zeros = { inputs: new Float32Array(rows * size), targets: new Float32Array(rows) }
    const given = rows > 100 ? { ...data(inputShape, 1), ...zeros } : data(inputShape, rows)
    expect(columnsOf(shapesOf({ layers, inputShape }), given)).toBeNull()
  })
})
