import { stream } from '../../../../src/base/random.ts'
import { createProgram } from '../../../../src/engines/wasm/replay/program.ts'
import { record } from '../../../../src/engines/wasm/replay/recording.ts'
import type { Target } from '../../../../src/engines/wasm/replay/target.ts'
import type { Tensor, Tf } from '../../../../src/layers/forward.ts'

const random = stream(3, 'replay')
const values = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal())

/** A computation reads as many tensors as its case has shapes. */
export type Compute = (tf: Tf, a: Tensor, b: Tensor, c: Tensor) => Tensor[]
type Given = [Tensor, Tensor, Tensor]

/** Records it on some values, replays it on others, twice, and gives what the backend makes of those beside it. */
export function replayed(
  tf: Tf,
  target: Target,
  shapes: readonly (readonly number[])[],
  compute: Compute,
  special: readonly number[] = [],
) {
  const fresh = (): Float32Array[] =>
    shapes.map((shape) => values(shape).map((value, i) => (i < special.length ? (special[i] as number) : value)))
  const tensors = (of: readonly Float32Array[]): Tensor[] => of.map((v, i) => tf.tensor(v, [...(shapes[i] ?? [])]))
  return tf.tidy((() => {
    const given = tensors(fresh())
    const { result, recording } = record(tf, () => compute(tf, ...(given as Given)))
    const wanted = result.map(({ dataId }) => dataId)
    const program = createProgram(tf, recording, given, result, target)
    const turns = [fresh(), fresh()].map((other) => {
      given.forEach(({ dataId }, i) => program.floats(dataId).set(other[i] as Float32Array))
      program.run()
      const found = wanted.map((dataId) => [...program.floats(dataId)])
      return { found, expected: compute(tf, ...(tensors(other) as Given)).map((t) => [...t.dataSync()]) }
    })
    program.dispose()
    return turns
  }) as never) as unknown as { found: number[][]; expected: number[][] }[]
}

/** Largest distance, in units of the largest number. */
export function distance(found: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(1e-30, ...expected.map(Math.abs).filter(Number.isFinite))
  return Math.max(0, ...expected.map((e, i) => (Object.is(e, found[i]) ? 0 : Math.abs((found[i] ?? NaN) - e) / scale)))
}

export const cases: readonly (readonly [string, readonly (readonly number[])[], Compute])[] = [
  [
    'a chain over elements',
    [
      [7, 9],
      [7, 9],
    ],
    (tf, a, b) => [tf.relu(tf.add(tf.mul(a, b), tf.sub(a, b)))],
  ],
  ['several results of a chain', [[33]], (tf, a) => [tf.square(a), tf.neg(tf.square(a)), tf.abs(a)]],
  ['a scalar for all', [[30], []], (tf, a, b) => [tf.div(a, tf.maximum(b, 2)), tf.minimum(a, b)]],
  ['a row that repeats', [[6, 10], [10]], (tf, a, b) => [tf.add(tf.mul(a, b), 1)]],
  ['a row of whole vectors', [[5, 3, 8], [8]], (tf, a, b) => [tf.sub(a, b)]],
  ['a row that does not come out even', [[3, 7], [7]], (tf, a, b) => [tf.sub(b, a)]],
  [
    'one element for each row',
    [
      [6, 10],
      [6, 1],
    ],
    (tf, a, b) => [tf.div(a, b)],
  ],
  ['one element for each row of whole vectors', [[6, 2, 8], [6, 2, 1], [8]], (tf, a, b, c) => [tf.mul(tf.sub(a, b), c)]],
  [
    'a softmax',
    [[9, 10]],
    (tf, a) => {
      const shifted = tf.sub(a, tf.max(a, 1, true))
      const exps = tf.exp(shifted)
      return [tf.div(exps, tf.sum(exps, 1, true)), tf.sum(tf.log(tf.sum(exps, 1, true))), tf.sum(tf.mul(a, shifted))]
    },
  ],
  ['sums over the first dimensions', [[5, 6, 23]], (tf, a) => [tf.sum(a, [0, 1]), tf.sum(a, [0, 1], true)]],
  ['sums and maxima over the last', [[5, 6, 23]], (tf, a) => [tf.sum(a, [2]), tf.max(a, 2, true), tf.sum(a, [1, 2])]],
  ['sums over the first dimension of very many columns', [[1, 300_003]], (tf, a) => [tf.sum(tf.sum(a, 0))]],
  [
    'a row of many elements, and one element for each row',
    [[2, 5003], [2, 1], [5003]],
    (tf, a, b, c) => [tf.mul(tf.sub(a, b), c)],
  ],
  ['a sum of everything', [[9610]], (tf, a) => [tf.sum(a)]],
  ...[
    [64, 64, 128],
    [5, 3, 7],
    [1, 9, 13],
    [130, 40, 10],
  ].flatMap(([rows = 0, inner = 0, columns = 0]) =>
    [false, true].flatMap((ta) =>
      [false, true].map(
        (tb) =>
          [
            `the product ${rows}×${inner}×${columns}${ta ? ', first transposed' : ''}${tb ? ', second transposed' : ''}`,
            [ta ? [inner, rows] : [rows, inner], tb ? [columns, inner] : [inner, columns]],
            (tf: Tf, a: Tensor, b: Tensor) => [tf.matMul(a as never, b as never, ta, tb)],
          ] as const,
      ),
    ),
  ),
  ...[
    [3, 4, 16, 64, 8],
    [2, 2, 7, 100, 5],
    [4, 1, 64, 16, 64],
  ].flatMap(([batch = 0, heads = 0, rows = 0, inner = 0, columns = 0]) =>
    [false, true].flatMap((ta) =>
      [false, true].map(
        (tb) =>
          [
            `${batch * heads} products ${rows}×${inner}×${columns}${ta ? ', first transposed' : ''}${tb ? ', second transposed' : ''}`,
            [
              [batch, heads, ...(ta ? [inner, rows] : [rows, inner])],
              [batch, heads, ...(tb ? [columns, inner] : [inner, columns])],
            ],
            (tf: Tf, a: Tensor, b: Tensor) => [tf.matMul(a as never, b as never, ta, tb)],
          ] as const,
      ),
    ),
  ),
  [
    'one matrix for all of them',
    [
      [2, 3, 5, 4],
      [1, 1, 4, 6],
    ],
    (tf, a, b) => [tf.matMul(a as never, b as never)],
  ],
  ...[
    [1, 0],
    [0, 2, 1, 3],
    [2, 0, 3, 1, 4],
    [4, 3, 2, 1, 0],
    [0, 1, 2],
    [2, 1, 0],
  ].map(
    (order) =>
      [
        `dimensions in the order ${order.join(' ')}`,
        [order.map((axis) => axis + 3)],
        (tf: Tf, a: Tensor) => [tf.transpose(tf.add(a, 1), order)],
      ] as const,
  ),
  ...(
    [
      [
        [3, 4, 6, 8],
        [2, 2],
        [2, 2],
      ],
      [
        [2, 6, 6, 4],
        [3, 2],
        [3, 2],
      ],
      [
        [2, 5, 5, 4],
        [2, 2],
        [2, 2],
      ],
      [
        [2, 4, 4, 6],
        [2, 2],
        [2, 2],
      ],
      [
        [2, 5, 5, 8],
        [3, 3],
        [1, 1],
      ],
    ] as const
  ).map(
    ([shape, size, strides]) =>
      [
        `max pooling of ${shape.join('×')} by ${size.join('×')}, strides ${strides.join('×')}`,
        [shape],
        (tf: Tf, a: Tensor) => {
          // Pixels of few values, so that maxima are shared.
          const pool = (x: Tensor): Tensor =>
            tf.square(tf.maxPool(tf.relu(tf.round(x)) as never, [...size], [...strides], 'valid'))
          return [pool(a), tf.grad(pool as never)(a as never)]
        },
      ] as const,
  ),
  ...[1, 6, 16].map(
    (width) =>
      [
        `rows of a table of ${width} columns`,
        [
          [5, width],
          [3, 4],
        ],
        (tf: Tf, a: Tensor, b: Tensor) => [tf.gather(a, tf.cast(tf.minimum(tf.round(tf.abs(b)), 4), 'int32'))],
      ] as const,
  ),
  ...[1, 6, 16].map(
    (width) =>
      [
        `sums of rows of ${width} that share a segment`,
        [
          [12, width],
          [3, 4],
        ],
        (tf: Tf, a: Tensor, b: Tensor) => {
          const segments = tf.reshape(tf.cast(tf.round(tf.mul(b, 2)), 'int32'), [12])
          return [tf.unsortedSegmentSum(a, segments as never, 3)]
        },
      ] as const,
  ),
  [
    'layers of a tensor, one on another again',
    [[3, 4, 5]],
    (tf, a) => {
      const layers = tf.unstack(tf.add(a, 1))
      return [tf.stack(layers.map((layer) => tf.square(layer))), tf.stack(layers, 1), ...tf.unstack(a, 1)]
    },
  ],
  [
    'parts of a vector, joined again',
    [[30]],
    (tf, a) => {
      const parts = tf.split(a, [4, 16, 10])
      return [tf.concat(parts.map((part) => tf.mul(part, part)) as never)]
    },
  ],
  [
    'what is joined twice',
    [[4], [5]],
    (tf, a, b) => {
      const [c, d] = [tf.add(a, 1), tf.add(b, 1)]
      return [tf.concat([c, d] as never), tf.concat([d, c, c, a] as never), c]
    },
  ],
  [
    'kernels of the backend',
    [[4, 6]],
    (tf, a) => [tf.tanh(tf.transpose(tf.add(a, 1))), tf.slice(a as never, [1, 2], [2, 3])],
  ],
  [
    'elements and a part of them',
    [[4, 4]],
    (tf, a) => {
      const sums = tf.add(a, 1)
      const [first, second] = tf.unstack(sums) as [Tensor, Tensor]
      const [one] = tf.split(first as never, [1, 3]) as [Tensor, Tensor]
      return [tf.sub(sums, first), tf.mul(sums, tf.reshape(second, [4, 1])), tf.div(first, one)]
    },
  ],
  ['a result that is an input', [[4]], (tf, a) => [tf.reshape(a, [2, 2]), tf.add(a, 1)]],
]
