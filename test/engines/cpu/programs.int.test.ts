import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stream } from '../../../src/base/random.ts'
import { createCompiler } from '../../../src/engines/wasm/replay/compiler.ts'
import { createProgram } from '../../../src/engines/wasm/replay/program.ts'
import { record } from '../../../src/engines/wasm/replay/recording.ts'
import type { Target } from '../../../src/engines/wasm/replay/target.ts'
import { wasmTarget } from '../../../src/engines/wasm/replay/wasm-target.ts'
import type { Kernels } from '../../../src/engines/cpu/kernels.ts'
import { cpuTarget } from '../../../src/engines/cpu/target.ts'
import type { Tensor, Tf } from '../../../src/layers/forward.ts'
import type { Engine } from '../../../src/train/engine.ts'
import { dropoutMaskValues } from '../../../src/train/step-random.ts'
import { imageRuns, setups, trained } from '../../train/compiled-steps.ts'
import { wasmEngine } from '../../support/tf-wasm.ts'
import { cases, type Compute, distance, replayed } from '../wasm/replay/cases.ts'
import { compiledKernels, removeKernels, whyNoKernels } from './compiled.ts'

const why = whyNoKernels()
type Case = readonly [string, readonly (readonly number[])[], Compute]

/** A convolution with its gradients. */
function convolved(images: readonly number[], filter: readonly number[], stride: number, pad: 'same' | 'valid'): Case {
  const compute: Compute = (tf, x, w) => {
    const y = (x: Tensor, w: Tensor): Tensor => tf.conv2d(x as never, w as never, stride, pad)
    const slope = tf.grads((x, w) => tf.sum(tf.square(y(x as Tensor, w as Tensor))))
    return [y(x, w), ...(slope([x, w]) as Tensor[])]
  }
  return [`${images.join('×')} by ${filter.join('×')}, stride ${stride}, ${pad}`, [images, filter], compute]
}

const product = (a: readonly number[], b: readonly number[], turnA = false, turnB = false): Case => [
  `${a.join('×')} by ${b.join('×')}${turnA ? ', first transposed' : ''}${turnB ? ', second transposed' : ''}`,
  [a, b],
  (tf, a, b) => [tf.matMul(a, b, turnA, turnB)],
]

/** Average pooling with its gradient, which a loop takes. */
function pooled(images: readonly number[], window: [number, number], strides: number | [number, number]): Case {
  const mean = (tf: Tf, x: Tensor): Tensor => tf.avgPool(x as never, window, strides, 'valid')
  return [
    `means of ${window.join('×')} in ${images.join('×')}`,
    [images],
    (tf, x) => [mean(tf, x), tf.mul(tf.grad((x) => tf.sum(tf.square(mean(tf, x as Tensor))))(x), 3)],
  ]
}

const normalized: Compute = (tf, x, scale) => {
  const mean = tf.mean(x, 0)
  const centred = tf.sub(x, mean)
  const unit = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), 0), 1e-3)))
  return [tf.relu(tf.mul(unit, scale)), mean]
}

const own: readonly Case[] = [
  convolved([3, 8, 8, 1], [3, 3, 1, 16], 1, 'same'),
  convolved([2, 8, 8, 16], [3, 3, 16, 32], 1, 'same'),
  convolved([2, 9, 7, 5], [3, 3, 5, 7], 1, 'same'),
  convolved([2, 9, 7, 5], [3, 2, 5, 33], 2, 'same'),
  convolved([2, 8, 8, 4], [1, 1, 4, 6], 2, 'same'),
  convolved([1, 11, 11, 3], [5, 5, 3, 40], 3, 'valid'),
  convolved([2, 12, 40, 3], [7, 3, 3, 17], 2, 'same'),
  convolved([1, 20, 20, 40], [3, 3, 40, 8], 1, 'valid'),
  convolved([2, 4, 4, 64], [3, 3, 64, 64], 1, 'same'),
  [
    'a dilated convolution',
    [
      [2, 10, 9, 3],
      [3, 3, 3, 5],
    ],
    (tf, x, w) => [tf.conv2d(x as never, w as never, 1, 'valid', 'NHWC', 2)],
  ],
  product([64, 64], [64, 128]),
  product([5, 700], [700, 9]),
  product([130, 33], [33, 600]),
  product([33, 7], [33, 50], true),
  product([600, 50], [600, 70], true),
  product([70, 300], [45, 300], false, true),
  product([6, 13, 5], [6, 13, 21], true),
  product([6, 13, 37], [6, 9, 37], false, true),
  ['shares', [[7, 5, 19]], (tf, a) => [tf.softmax(tf.mul(a, 3))]],
  ['shares of long rows', [[4, 300]], (tf, a) => [tf.softmax(tf.mul(a, 3))]],
  ['functions', [[1001]], (tf, a) => [tf.exp(a), tf.log(tf.abs(a)), tf.sigmoid(a), tf.tanh(a), tf.erf(a)]],
  ['a wide row', [[3, 5000], [5000]], (tf, a, b) => [tf.add(tf.mul(a, b), 1), tf.sum(tf.mul(a, b), 0)]],
  [
    'columns of wide rows',
    [
      [3, 3000],
      [3, 1],
    ],
    (tf, a, b) => [tf.mul(a, b), tf.sum(tf.mul(a, b), 0)],
  ],
  [
    'columns of short rows',
    [
      [300, 12],
      [300, 1],
    ],
    (tf, a, b) => [tf.mul(a, b), tf.sum(tf.mul(a, b), 0)],
  ],
  ['normalized columns', [[500, 24], [24]], normalized],
  [
    'what a product makes, added to and summed',
    [[200, 30], [30, 16], [16]],
    (tf, a, b, row) => {
      const y = tf.add(tf.matMul(a, b), row)
      return [tf.relu(y), tf.sum(y, 0)]
    },
  ],
  [
    'what a long product makes, of wide rows',
    [[150, 700], [700, 520], [520]],
    (tf, a, b, row) => [tf.tanh(tf.add(tf.matMul(a, b), row))],
  ],
  [
    'what a convolution makes, normalized',
    [[4, 6, 6, 3], [3, 3, 3, 20], [20]],
    (tf, x, w, scale) => normalized(tf, tf.reshape(tf.conv2d(x as never, w as never, 1, 'same'), [-1, 20]), scale, scale),
  ],
  pooled([3, 48, 1, 32], [48, 1], 1),
  pooled([2, 7, 9, 16], [7, 9], [1, 1]),
  pooled([2, 4, 6, 12], [2, 3], [2, 3]),
  pooled([2, 5, 6, 4], [2, 2], [2, 2]),
  pooled([2, 5, 6, 3], [5, 6], 1),
  [
    'a normalization that loops, a product and sums read',
    [[300, 24], [24], [24, 20]],
    (tf, x, scale, w) => {
      const centred = tf.sub(x, tf.mean(x, 0))
      const unit = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), 0), 1e-3)))
      const y = tf.add(tf.mul(unit, scale), tf.reshape(unit, [300, 24]))
      return [tf.matMul(y, w), tf.sum(tf.mul(unit, x), 0), tf.relu(unit), tf.max(y, 1), tf.matMul(centred, w)]
    },
  ],
  [
    'a normalization of rows, with slopes',
    [[60, 40], [40]],
    (tf, x, scale) => {
      const unit = (x: Tensor): Tensor => {
        const centred = tf.sub(x, tf.mean(x, 1, true))
        return tf.mul(tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), 1e-3))), scale)
      }
      return [unit(x), tf.grad((x) => tf.sum(tf.square(tf.relu(unit(x as Tensor)))))(x)]
    },
  ],
  [
    'the slope of a pooling, scaled',
    [[2, 6, 8, 20]],
    (tf, x) => {
      const pooled = (x: Tensor): Tensor => tf.maxPool(tf.relu(x) as never, 2, 2, 'valid')
      return [tf.grad((x) => tf.sum(tf.square(pooled(x as Tensor))))(x)]
    },
  ],
]

describe.skipIf(why !== undefined)(`compiled kernels${why ? ` (${why})` : ''}`, () => {
  let tf: Tf
  let [wide, narrow]: [Target, Target] = [wasmTarget(true), wasmTarget(true)]
  let kernels: Kernels
  beforeAll(async () => {
    tf = (await wasmEngine()).tf
    kernels = compiledKernels('this machine')
    wide = cpuTarget(kernels, wasmTarget(true))
    narrow = cpuTarget(compiledKernels('AVX2'), wasmTarget(true))
  })
  afterAll(removeKernels)

  describe('compute what the backend does, for', () => {
    test.each([...cases, ...own])('%s', (_, shapes, compute) => {
      for (const { found, expected } of replayed(tf, wide, shapes, compute))
        for (const [i, values] of found.entries()) expect(distance(values, expected[i] ?? [])).toBeLessThan(5e-5)
    })
  })

  test.each([...cases, ...own])('have the same bits with narrower vectors, for %s', (_, shapes, compute) => {
    const given = shapes.map((shape) => {
      const random = stream(9, 'bits')
      return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal())
    })
    const results = [wide, narrow].map((target) =>
      tf.tidy((() => {
        const tensors = given.map((values, i) => tf.tensor(values, [...(shapes[i] ?? [])]))
        const { result, recording } = record(tf, () => compute(tf, ...(tensors as [Tensor, Tensor, Tensor])))
        const program = createProgram(tf, recording, tensors, result, target)
        tensors.forEach(({ dataId }, i) => program.floats(dataId).set(given[i] as Float32Array))
        program.run()
        const found = result.map(({ dataId }) => [...program.floats(dataId)])
        program.dispose()
        return found
      }) as never),
    )
    expect(results[0]).toEqual(results[1])
  })

  test('draw the masks of a step, whatever the vectors', () => {
    for (const size of [0, 1, 7, 16, 33, 4096, 70_001])
      for (const rate of [0, 0.1, 0.5, 0.999, 1 - 1e-11]) {
        const path = [size, -3, 2 ** 40, 7]
        const expected = dropoutMaskValues(path, size, rate)
        for (const { fillMask } of [wide, narrow]) {
          // The element after it stays as it is.
          const found = new Float32Array(size + 1).fill(9)
          fillMask(path, rate, found.subarray(0, size))
          expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(Float32Array.of(...expected, 9).buffer))).toBe(0)
        }
      }
  })

  test.each(['compiled kernels', 'generated code'])('carry results to the next run, by %s', (by) => {
    tf.tidy(() => {
      const [a, b] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 1, 1])]
      const { result, recording } = record(tf, () => {
        const both = tf.concat([tf.mul(a, 2), tf.add(b, a)])
        // The first has a place of its own, the second is part of another.
        return [tf.sub(a, tf.mul(b, 0.5)), tf.slice(both, [3], [3]), both] as [Tensor, Tensor, Tensor]
      })
      const [nextA, nextB, both] = result
      const program = createProgram(tf, recording, [a, b], result, by === 'compiled kernels' ? wide : wasmTarget(true), [
        [nextA.dataId, a.dataId],
        [nextB.dataId, b.dataId],
      ])
      let [x, y] = [
        [1, 2, 3],
        [1, 1, 1],
      ]
      program.floats(a.dataId).set(x)
      program.floats(b.dataId).set(y)
      for (let turn = 0; turn < 5; turn++) {
        if (turn > 0) program.carry()
        program.run()
        expect([...program.floats(both.dataId)]).toEqual([...x.map((v) => v * 2), ...x.map((v, i) => v + (y[i] ?? NaN))])
        ;[x, y] = [x.map((v, i) => v - 0.5 * (y[i] ?? NaN)), x.map((v, i) => v + (y[i] ?? NaN))]
        expect([...program.floats(nextA.dataId)]).toEqual(x)
        expect([...program.floats(nextB.dataId)]).toEqual(y)
      }
      program.dispose()
    })
  })

  test('stop at a row that a table does not have', () => {
    tf.tidy(() => {
      const [table, numbers] = [tf.ones([3, 4]), tf.tensor1d([0, 2])]
      const { result, recording } = record(tf, () => tf.gather(table, tf.cast(numbers, 'int32')))
      const program = createProgram(tf, recording, [table, numbers], [result], wide)
      for (const beyond of [3, -1]) {
        program.floats(numbers.dataId).set([0, beyond])
        expect(() => program.run()).toThrow('a table does not have the row')
      }
      program.dispose()
    })
  })

  test.each([
    ['exp', (x: number) => Math.exp(x), [-80, 80]],
    ['log', (x: number) => Math.log(x), [1e-30, 1e30]],
    ['sigmoid', (x: number) => 1 / (1 + Math.exp(-x)), [-30, 30]],
    ['tanh', (x: number) => Math.tanh(x), [-10, 10]],
  ] as const)('%s is right to three units in the last place', (name, exact, [low, high]) => {
    const random = stream(4, name)
    const x = Float32Array.from({ length: 20_000 }, (_, i) =>
      i % 2 === 0
        ? low + (high - low) * random.uniform()
        : name === 'log'
          ? Math.exp(60 * random.normal() ** 3 * 0.01)
          : (random.normal() * high) / 40,
    )
    const found = tf.tidy((() => {
      const given = tf.tensor(x)
      const { result, recording } = record(tf, () => tf[name](given))
      const program = createProgram(tf, recording, [given], [result], wide)
      program.floats(given.dataId).set(x)
      program.run()
      const values = program.floats(result.dataId).slice()
      program.dispose()
      return values
    }) as never) as Float32Array
    const worst = Math.max(
      ...found.map((value, i) => {
        const right = exact(x[i] ?? NaN)
        return Math.abs(value - right) / Math.max(Math.abs(right) * 2 ** -23, 2 ** -149)
      }),
    )
    expect(worst).toBeLessThan(3)
  })

  describe('train as the backend does, on', () => {
    let [compiled, eager]: readonly Engine[] = []
    beforeAll(async () => {
      const { compile: _, ...rest } = await wasmEngine()
      eager = rest
      compiled = { ...rest, compile: (data, notice) => createCompiler(tf, data, wide, notice) }
    })

    test.each(setups)('%s', (_, setup) => {
      const [found, expected] = [compiled, eager].map((engine) => trained(engine as Engine, setup, 8).losses)
      expect(distance(found ?? [], expected ?? [])).toBeLessThan(2e-3)
    })

    test('images of one channel, by a trainer, with their evaluations', () => {
      const [found, expected] = [compiled, eager].map((engine) =>
        imageRuns(engine as Engine).flatMap(({ loss, nll }) => [...loss, nll]),
      )
      expect(distance(found ?? [], expected ?? [])).toBeLessThan(1e-4)
    })
  })
})
