import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wasmTarget } from '../../../src/engines/wasm/replay/wasm-target.ts'
import { createProgram } from '../../../src/engines/wasm/replay/program.ts'
import { record } from '../../../src/engines/wasm/replay/recording.ts'
import type { Target } from '../../../src/engines/wasm/replay/target.ts'
import { cpuTarget } from '../../../src/engines/cpu/target.ts'
import type { Tensor, Tf } from '../../../src/layers/forward.ts'
import { wasmEngine } from '../../support/tf-wasm.ts'
import { type Compute, distance, replayed } from '../wasm/replay/cases.ts'
import { createOpener } from '../../../src/engines/wasm/replay/checked.ts'
import { stream } from '../../../src/base/random.ts'
import { compiledKernels, removeKernels, whyNoKernels } from './compiled.ts'

const why = whyNoKernels()

type Case = readonly [string, readonly (readonly number[])[], Compute]
/** What is scaled or shifted, or a slope, read in all the ways in which it can be read. */
const cases: readonly Case[] = [
  [
    'column, reshaped to heads, elementwise',
    [
      [60, 40],
      [60, 1],
    ],
    (tf, x, c) => {
      const u = tf.mul(x, c)
      return [tf.relu(tf.reshape(u, [60, 5, 8])), tf.square(x)]
    },
  ],
  [
    'column, reshaped to heads, product',
    [
      [60, 40],
      [60, 1],
      [8, 6],
    ],
    (tf, x, c, w) => {
      const u = tf.mul(x, c)
      return [tf.matMul(tf.reshape(u, [300, 8]), w), tf.square(x)]
    },
  ],
  [
    'column, flattened',
    [
      [60, 40],
      [60, 1],
    ],
    (tf, x, c) => {
      const u = tf.sub(x, c)
      return [tf.exp(tf.reshape(u, [2400])), tf.abs(u), tf.square(x)]
    },
  ],
  [
    'column then rows of other width after reshape',
    [[60, 40], [60, 1], [8]],
    (tf, x, c, r) => {
      const u = tf.sub(x, c)
      return [tf.exp(tf.mul(tf.reshape(u, [300, 8]), r)), tf.square(x)]
    },
  ],
  [
    'row operand waits',
    [[10, 6, 8], [6, 8], [8]],
    (tf, x, p, r) => {
      const u = tf.mul(p, r)
      return [tf.exp(tf.mul(x, u)), tf.square(p)]
    },
  ],
  [
    'column operand waits',
    [
      [10, 6, 8],
      [10, 6, 1],
      [1, 6, 1],
    ],
    (tf, x, p, r) => {
      const u = tf.mul(p, r)
      return [tf.exp(tf.mul(x, u)), tf.square(p)]
    },
  ],
  [
    'slope as row',
    [[10, 8], [8]],
    (tf, x, p) => {
      const y = tf.relu(p)
      const s = tf.step(p)
      return [tf.exp(tf.mul(x, s)), tf.square(y)]
    },
  ],
  [
    'slope as scalar',
    [[10, 8], [1]],
    (tf, x, p) => {
      const y = tf.relu(p)
      const s = tf.step(p)
      return [tf.exp(tf.mul(x, s)), tf.square(y)]
    },
  ],
  [
    'call reads v then u, v of u',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r),
        v = tf.add(u, r)
      return [tf.matMul(v, u, false, true), tf.square(x)]
    },
  ],
  [
    'call reads u then v, v of u',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r),
        v = tf.add(u, r)
      return [tf.matMul(u, v, false, true), tf.square(x)]
    },
  ],
  [
    'concat reads v then u',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r),
        v = tf.add(u, r)
      return [tf.concat([v, u], 1), tf.concat([v, u], 0), tf.square(x)]
    },
  ],
  [
    'concat of u, u',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r)
      return [tf.concat([u, u], 0), tf.square(x)]
    },
  ],
  [
    'same twice',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r)
      return [tf.matMul(u, u, false, true), tf.mul(u, u), tf.square(x)]
    },
  ],
  [
    'loop reads v and u',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r),
        v = tf.add(u, r)
      return [tf.mul(tf.exp(v), u), tf.sub(u, v), tf.square(x)]
    },
  ],
  [
    'main is split part',
    [[30, 24], [24]],
    (tf, x, r) => {
      const [a, b] = tf.split(x, 2, 0) as [Tensor, Tensor]
      const u = tf.mul(b, r)
      return [tf.exp(u), tf.matMul(u, a, true), tf.square(b)]
    },
  ],
  [
    'main is concat part',
    [[30, 24], [24]],
    (tf, x, r) => {
      const a = tf.exp(x)
      const c = tf.concat([a, tf.square(x)], 0)
      const u = tf.mul(a, r)
      return [tf.exp(u), c, tf.matMul(u, x, true)]
    },
  ],
  [
    'view of waiting wanted',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r)
      return [tf.reshape(u, [24, 30]), tf.exp(u), tf.clone(x), tf.square(x)]
    },
  ],
  [
    'wanted also',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r)
      return [u, tf.exp(u), tf.square(x), tf.add(u, r)]
    },
  ],
  [
    'constant main',
    [[24], [24]],
    (tf, r) => {
      const x = tf.tensor(
        Float32Array.from({ length: 240 }, (_, i) => i / 50),
        [10, 24],
      )
      const u = tf.mul(x, r)
      return [tf.matMul(u, u, true), tf.square(x), tf.exp(u)]
    },
  ],
  [
    'split of waiting',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r)
      const [a, b] = tf.split(u, 2, 0) as [Tensor, Tensor]
      return [tf.mul(tf.exp(a), b), tf.square(x), tf.abs(u)]
    },
  ],
  [
    'slice of waiting, and its column',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r)
      const c = tf.slice(u, [0, 0], [30, 1])
      return [tf.mul(x, c), tf.square(u)]
    },
  ],
  [
    'row of waiting from itself',
    [[30, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r)
      const row = tf.slice(u, [0, 0], [1, 24])
      return [tf.exp(tf.mul(x, row)), tf.sub(u, row), tf.square(u)]
    },
  ],
  [
    'sum of waiting used as row with it',
    [[300, 24], [24]],
    (tf, x, r) => {
      const u = tf.mul(x, r)
      const m = tf.sum(u, 0)
      const v = tf.sub(u, m)
      return [tf.exp(v), tf.sum(v, 0), tf.matMul(v, u, true), tf.square(x)]
    },
  ],
  [
    'waits through two conflicting widths',
    [[60, 40], [40], [8]],
    (tf, x, r, s) => {
      const u = tf.mul(x, r)
      const v = tf.reshape(u, [300, 8])
      const w = tf.add(v, s)
      return [tf.exp(w), tf.exp(u), tf.square(x), tf.matMul(w, v, true)]
    },
  ],
  [
    'slope, reshaped relu',
    [[30, 24], [24]],
    (tf, x, r) => {
      const y = tf.relu(tf.reshape(x, [720]))
      const s = tf.step(x)
      const g = tf.mul(s, r)
      return [tf.exp(g), tf.square(y), tf.matMul(g, x, true), tf.matMul(s, x, true)]
    },
  ],
  [
    '1-row',
    [[1, 24], [24], [1, 1]],
    (tf, x, r, c) => {
      const u = tf.mul(x, r)
      const v = tf.add(u, c)
      return [tf.exp(u), tf.square(x), tf.exp(v)]
    },
  ],
  [
    'n×1 ',
    [[24, 1], [24, 1], [1]],
    (tf, x, r, c) => {
      const u = tf.mul(x, r)
      const v = tf.add(u, c)
      return [tf.exp(u), tf.square(x), tf.exp(v)]
    },
  ],
]
type Carry = readonly [string, (tf: Tf, a: Tensor, b: Tensor) => Tensor[]]
/** The next values of two tensors. */
const carries: readonly Carry[] = [
  [
    'same made twice',
    (tf, a, b) => {
      const m = tf.add(a, b)
      return [m, m]
    },
  ],
  [
    'second is a view of the first',
    (tf, a, b) => {
      const m = tf.add(a, b)
      return [m, tf.reshape(m, [3])]
    },
  ],
  [
    'second is the old first',
    (tf, a, b) => {
      const m = tf.add(a, b)
      return [m, tf.clone(a)]
    },
  ],
  ['exchange a and b', (tf, a, b) => [tf.clone(b), tf.clone(a)]],
  ['unchanged', (tf, a, b) => [tf.clone(a), tf.add(b, a)]],
  ['concat of one', (tf, a, b) => [tf.concat([tf.add(a, b)]), tf.mul(b, a)]],
  ['backend calls', (tf, a, b) => [tf.cumsum(tf.add(a, b) as never), tf.reverse(tf.mul(b, a))]],
]

describe.skipIf(why !== undefined)(`what loops compute again${why ? ` (${why})` : ''}`, () => {
  let tf: Tf
  let targets: Readonly<Record<string, Target>>
  const by = ['compiled kernels', 'generated code'] as const
  const targetOf = (name: (typeof by)[number]): Target => targets[name] as Target
  beforeAll(async () => {
    tf = (await wasmEngine()).tf
    const generated = wasmTarget(true)
    targets = { 'compiled kernels': cpuTarget(compiledKernels('this machine'), generated), 'generated code': generated }
  })
  afterAll(removeKernels)

  describe.each(by)('by %s', (name) => {
    test.each(cases)('is right: %s', (_, shapes, compute) => {
      for (const { found, expected } of replayed(tf, targetOf(name), shapes, compute))
        expect(found.map((values, i) => distance(values, expected[i] ?? []) < 5e-5)).toEqual(found.map(() => true))
    })

    test.each(carries)('carries to the next run: %s', (_, compute) => {
      tf.tidy(() => {
        const [a, b] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 1, 1])]
        const { result, recording } = record(tf, () => compute(tf, a, b))
        const [nextA, nextB] = result as [Tensor, Tensor]
        const program = createProgram(tf, recording, [a, b], result, targetOf(name), [
          [nextA.dataId, a.dataId],
          [nextB.dataId, b.dataId],
        ])
        program.floats(a.dataId).set([1, 2, 3])
        program.floats(b.dataId).set([1, 1, 1])
        let [x, y]: [Tensor, Tensor] = [a, b]
        for (let turn = 0; turn < 4; turn++) {
          if (turn > 0) program.carry()
          program.run()
          ;[x, y] = compute(tf, x, y) as [Tensor, Tensor]
          const found = [program.floats(nextA.dataId), program.floats(nextB.dataId)].map((values) => [...values])
          expect(found).toEqual([[...x.dataSync()], [...y.dataSync()]])
        }
        program.dispose()
      })
    })
  })

  test('is right in programs made at random', () => {
    const wrong = Array.from({ length: 60 }, (_, seed) => seed).filter((seed) => !randomProgram(tf, targetOf(by[0]), seed))
    expect(wrong).toEqual([])
  })

  test('is checked again where the same kernels read other results', () => {
    const opener = createOpener(targetOf(by[0]))
    let calls = 0
    const open = (compute: (x: Tensor, s: Tensor) => Tensor): void => {
      tf.tidy(() => {
        const [x, s] = [tf.tensor1d([1, 2, 3]), tf.scalar(2)]
        const { result, recording } = record(tf, () => compute(x, s))
        const opened = opener.open(recording, {
          open: (target) => ({ program: createProgram(tf, recording, [x, s], [result], target) }),
          expected: () => [...compute(x, s).dataSync()].join(),
          found({ program }) {
            program.floats(x.dataId).set([1, 2, 3])
            program.floats(s.dataId).set([2])
            program.run()
            return [...program.floats(result.dataId)].join()
          },
          reason: 'JavaScript computes part of it',
        })
        opened.program.dispose()
      })
    }
    const drawn = (x: Tensor): Tensor => tf.mul(x, tf.scalar(++calls))
    expect(() => open(drawn)).toThrow('part of it')
    open((x, s) => tf.mul(x, s))
    expect(() => open(drawn)).toThrow('part of it')
  })
})

/** Whether a computation of a few random operations on a matrix, rows and columns replays to what the backend makes. */
function randomProgram(tf: Tf, target: Target, seed: number): boolean {
  const random = stream(seed, 'sizes')
  const of = <T>(list: readonly T[], from = random): T => list[from.integer(list.length)] as T
  const [n, c] = [of([6, 60, 300]), of([8, 24, 40, 5])]
  const shapes = [[n, c], [c], [n, 1], [1, c], [c, c]]
  const build = ([x, row, column, flat, square]: readonly Tensor[]): Tensor[] => {
    const next = stream(seed, 'operations')
    const [pool, rows, columns] = [[x], [row, flat], [column]] as [Tensor[], Tensor[], Tensor[]]
    const matrix = (t: Tensor): Tensor => (t.shape.length === 2 && t.shape[0] === n ? t : tf.reshape(t, [n, c]))
    const any = (): Tensor => matrix(of(pool, next))
    const affine = [tf.mul, tf.add, tf.sub]
    const operations: readonly (() => void)[] = [
      () => pool.push(of(affine, next)(any(), of(rows, next))),
      () => pool.push(of(affine, next)(any(), of(columns, next))),
      () => pool.push(tf.relu(any())),
      () => pool.push(tf.step(any())),
      () => pool.push(tf.reshape(any(), c % 4 === 0 ? [n, 4, c / 4] : [n * c])),
      () => pool.push(tf.tanh(tf.mul(any(), any()))),
      () => pool.push(tf.tanh(tf.matMul(any(), square as Tensor))),
      () => rows.push(tf.mean(any(), 0)),
      () => columns.push(tf.mean(any(), 1, true)),
      () => pool.push(tf.concat((tf.split(any(), 2, 0) as Tensor[]).reverse(), 0)),
      () => pool.push(tf.slice(tf.concat([any(), any()], next.integer(2)), [0, 0], [n, c])),
      () => rows.push(tf.mul(tf.relu(of(rows, next)), 0.5)),
      () => columns.push(tf.step(of(columns, next))),
    ]
    for (let i = 4 + next.integer(14); i > 0; i--) of(operations, next)()
    return [
      ...pool.slice(-3),
      tf.mul(tf.reshape(any(), [n * c]), 1.5),
      tf.mul(of(rows, next), 3),
      tf.mul(of(columns, next), 2),
    ]
  }
  // A step of a number next to 0 may differ.
  return replayed(tf, target, shapes, (_, ...given) => build(given)).every(({ found, expected }) =>
    found.every((values, i) => {
      const wanted = expected[i] ?? []
      const scale = Math.max(1e-20, ...wanted.map(Math.abs))
      const off = wanted.filter((value, at) => !(Math.abs(value - (values[at] ?? NaN)) <= 1e-3 * scale)).length
      return off <= Math.max(1, wanted.length * 0.002)
    }),
  )
}
