import type { Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { stream } from '../../../src/base/random.ts'
import { giveToMaxima } from '../../../src/engines/wasm/simd/maxima.ts'
import { products } from '../../../src/engines/wasm/simd/products.ts'
import { rowsOfWindows, type WindowGeometry } from '../../../src/engines/wasm/kernels/windows.ts'
import type { Tensor, Tf } from '../../../src/layers/forward.ts'
import { wasmEngine } from '../../support/tf-wasm.ts'

let tf: Tf
beforeAll(async () => {
  tf = (await wasmEngine()).tf
})

const noise = (seed: number, length: number): Float32Array => {
  const random = stream(seed, 'noise')
  return Float32Array.from({ length }, () => random.normal())
}
const tensor = (seed: number, shape: number[]): Tensor =>
  tf.tensor(
    noise(
      seed,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  )
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0)
}

// Node's; TypeScript knows it from the browser's library only.
declare const WebAssembly: { readonly Memory: new (size: { initial: number }) => { buffer: ArrayBuffer } }

/** A memory as the wasm backend's: views at chosen places, filled with noise. */
function memoryOf(...lengths: readonly number[]): { memory: { buffer: ArrayBuffer }; views: Float32Array[] } {
  const memory = new WebAssembly.Memory({ initial: 16 })
  let at = 64
  const views = lengths.map((length, i) => {
    const view = new Float32Array(memory.buffer, at, length)
    view.set(noise(i, length))
    at += length * 4
    return view
  })
  return { memory, views }
}

describe.each([
  ['four lanes', true],
  ['one lane', false],
] as const)('generated passes with %s', (_, simd) => {
  const sizes = [
    [1, 1, 1],
    [5, 4, 8],
    [3, 7, 13],
    [9, 2, 17],
    [33, 9, 6],
  ] as const
  test.each(sizes)('add %d outer products of %d and %d', (count, leftSize, rightSize) => {
    const { memory, views } = memoryOf(count * leftSize, count * rightSize, leftSize * rightSize)
    const [left, right, out] = views as [Float32Array, Float32Array, Float32Array]
    const wanted = [...out].map((start, i) => {
      const [l, r] = [Math.floor(i / rightSize), i % rightSize]
      for (let p = 0; p < count; p++) start += (left[p * leftSize + l] as number) * (right[p * rightSize + r] as number)
      return start
    })
    const once = { count: 1, left: 0, right: 0 }
    products(memory, simd).addOuter({
      left: left.byteOffset,
      right: right.byteOffset,
      out: out.byteOffset,
      leftSize,
      rightSize,
      images: once,
      rows: once,
      columns: { count, left: leftSize * 4, right: rightSize * 4 },
    })
    expect(farthest(out, wanted)).toBeLessThan(1e-5)
  })

  test('add nothing where there is no position', () => {
    const { memory, views } = memoryOf(4, 4, 16)
    const [left, right, out] = views as [Float32Array, Float32Array, Float32Array]
    const before = [...out]
    const axis = { count: 1, left: 0, right: 0 }
    const operands = { left: left.byteOffset, right: right.byteOffset, out: out.byteOffset }
    const task = { ...operands, images: axis, rows: { ...axis, count: 0 }, columns: axis }
    products(memory, simd).addOuter({ ...task, leftSize: 4, rightSize: 4 })
    products(memory, simd).addRows({ ...task, size: 4 })
    expect([...out]).toEqual(before)
  })

  test('give slopes to the first maximum, ties and borders included', () => {
    const g: WindowGeometry = {
      batchSize: 2,
      inHeight: 5,
      inWidth: 6,
      inChannels: 7,
      outHeight: 3,
      outWidth: 3,
      outChannels: 7,
      filterHeight: 3,
      filterWidth: 3,
      strideHeight: 2,
      strideWidth: 2,
      padInfo: { top: 1, left: 0 },
    }
    const { memory, views } = memoryOf(2 * 5 * 6 * 7, 2 * 3 * 3 * 7, 2 * 3 * 3 * 7, 2 * 5 * 6 * 7)
    const [pixels, maxima, slopes, sums] = views as [Float32Array, Float32Array, Float32Array, Float32Array]
    pixels.forEach((value, i) => (pixels[i] = Math.max(0, Math.round(value))))
    sums.fill(0)
    const wanted = new Float32Array(sums.length)
    eachWindow(g, (taps, output) => {
      const most = Math.max(...taps.map((tap) => pixels[tap] as number))
      const first = taps.find((tap) => pixels[tap] === most) as number
      maxima[output] = most
      wanted[first] = (wanted[first] as number) + (slopes[output] as number)
    })
    const give = giveToMaxima(memory, simd)
    rowsOfWindows(g, (row) => give({ pixels, maxima, slopes, sums, row }))
    expect(farthest(sums, wanted)).toBeLessThan(1e-6)
  })
})

/** Every window and channel with the offsets of its pixels, in the plainest way. */
function eachWindow(g: WindowGeometry, visit: (taps: number[], output: number) => void): void {
  for (let output = 0; output < g.batchSize * g.outHeight * g.outWidth * g.inChannels; output++) {
    const [c, ox] = [output % g.inChannels, Math.floor(output / g.inChannels) % g.outWidth]
    const row = Math.floor(output / g.inChannels / g.outWidth)
    const [oy, n] = [row % g.outHeight, Math.floor(row / g.outHeight)]
    const taps: number[] = []
    for (let fy = 0; fy < g.filterHeight; fy++) {
      for (let fx = 0; fx < g.filterWidth; fx++) {
        const [y, x] = [oy * g.strideHeight - g.padInfo.top + fy, ox * g.strideWidth - g.padInfo.left + fx]
        const inside = y >= 0 && y < g.inHeight && x >= 0 && x < g.inWidth
        if (inside) taps.push(((n * g.inHeight + y) * g.inWidth + x) * g.inChannels + c)
      }
    }
    visit(taps, output)
  }
}

describe('replaced kernels', () => {
  test.each([
    [3, 5, 4],
    [64, 9, 10],
    [2000, 70, 6],
  ])('multiply transposed operands: %d rows, %d by %d', (rows, a, b) => {
    tf.tidy(() => {
      const [left, right] = [tensor(1, [rows, a]) as never, tensor(2, [rows, b]) as never]
      const wanted = tf.matMul(tf.transpose(left), right).dataSync()
      expect(farthest(tf.matMul(left, right, true, false).dataSync(), wanted)).toBeLessThan(1e-3)
      const other = tf.matMul(tf.transpose(left), tf.transpose(right), false, true).dataSync()
      expect(farthest(other, wanted)).toBeLessThan(1e-3)
      const both = tf.matMul(left, tf.transpose(right), true, true).dataSync()
      expect(farthest(both, wanted)).toBeLessThan(1e-3)
    })
  })

  test('leave many matrices at once to the backend', () => {
    tf.tidy(() => {
      const [left, right] = [tensor(1, [3, 4, 5]), tensor(2, [3, 4, 2])]
      const one = (x: Tensor, i: number): Tensor => tf.squeeze(tf.slice(x, [i, 0, 0], [1, 4, x.shape[2] as number]), [0])
      const wanted = [0, 1, 2].flatMap((i) => [...tf.matMul(one(left, i), one(right, i), true).dataSync()])
      expect(farthest(tf.matMul(left, right, true, false).dataSync(), wanted)).toBeLessThan(1e-5)
    })
  })

  test.each([
    [[64, 8, 8, 3], [3]],
    [[7, 5], [5]],
    [[1024, 16], [16]],
    [[4, 1], [1]],
    [
      [6, 2, 4],
      [2, 4],
    ],
    [[6, 4], [1]],
  ])('broadcast %j with %j', (long, short) => {
    tf.tidy(() => {
      const [a, b] = [tensor(1, long), tensor(2, short)]
      const [va, vb] = [a.dataSync(), b.dataSync()]
      type Op = (x: number, y: number) => number
      const plain = (op: Op): number[] => [...va].map((v, i) => op(v, vb[i % vb.length] as number))
      expect(
        farthest(
          tf.add(a, b).dataSync(),
          plain((x, y) => x + y),
        ),
      ).toBeLessThan(1e-6)
      expect(
        farthest(
          tf.mul(b, a).dataSync(),
          plain((x, y) => x * y),
        ),
      ).toBeLessThan(1e-6)
      expect(
        farthest(
          tf.sub(a, b).dataSync(),
          plain((x, y) => x - y),
        ),
      ).toBeLessThan(1e-6)
      expect(
        farthest(
          tf.sub(b, a).dataSync(),
          plain((x, y) => y - x),
        ),
      ).toBeLessThan(1e-6)
      expect(tf.sub(b, a).shape).toEqual(long)
    })
  })

  test('sum over leading sizes, kept or not, and over others', () => {
    tf.tidy(() => {
      const x = tensor(1, [5, 3, 7])
      const values = x.dataSync()
      const column = (c: number): number[] => [...values].filter((_, i) => i % 7 === c)
      const columns = Array.from({ length: 7 }, (_, c) => column(c).reduce((a, b) => a + b, 0))
      expect(farthest(tf.sum(x, [0, 1]).dataSync(), columns)).toBeLessThan(1e-5)
      expect(tf.sum(x, [0, 1], true).shape).toEqual([1, 1, 7])
      expect(tf.sum(x, [0, 2]).shape).toEqual([3])
      expect([
        ...tf
          .sum(
            tf.tensor(
              [
                [1, 2],
                [3, 4],
              ],
              [2, 2],
              'int32',
            ),
            0,
          )
          .dataSync(),
      ]).toEqual([4, 6])
    })
  })

  test('sum segments, without those below 0', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ])
      const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, -1], 'int32'), 3)
      expect([...sums.dataSync()]).toEqual([3, 4, 0, 0, 6, 8])
    })
  })

  test('convolve with padding `same` under strides larger than the kernel', () => {
    tf.tidy(() => {
      const x = tf.tensor(
        Float32Array.from({ length: 63 }, (_, i) => i),
        [1, 7, 9, 1],
      ) as Tensor4D
      const kernel = tf.tensor([1, 100], [1, 2, 1, 1]) as Tensor4D
      expect([...tf.conv2d(x, kernel, [2, 3], 'same').dataSync()].slice(0, 4)).toEqual([100, 403, 706, 1918])
    })
  })
})
