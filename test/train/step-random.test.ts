import { describe, expect, test } from 'vitest'
import { dropoutMaskValues, stepRandom } from '../../src/train/step-random.ts'
import { wasmEngine } from '../support/tf-wasm.ts'

const size = 100_000
const kept = (mask: Float32Array): number => mask.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) / mask.length

describe('dropout masks', () => {
  test.each([0, 0.1, 0.5, 0.9])('keep their share at rate %d, and scale what is kept', (rate) => {
    const mask = dropoutMaskValues([1, 2, 0, 3], size, rate)
    // Four standard deviations of a share among 100,000.
    expect(Math.abs(kept(mask) - (1 - rate))).toBeLessThan(4 * Math.sqrt(0.25 / size) + 1e-9)
    expect(new Set(mask)).toEqual(new Set(rate === 0 ? [1] : [0, Math.fround(1 / (1 - rate))]))
  })

  test('are the same for the same place and unrelated for every other', () => {
    const at = (path: number[]): Float32Array => dropoutMaskValues(path, size, 0.5)
    const base = at([7, 10, 0, 1])
    expect(at([7, 10, 0, 1])).toEqual(base)
    const others = [
      [8, 10, 0, 1],
      [7, 11, 0, 1],
      [7, 10, 1, 1],
      [7, 10, 0, 2],
      [7 + 2 ** 40, 10, 0, 1],
      [-7, 10, 0, 1],
      [10, 7, 0, 1],
      [0, 0, 0, 0],
    ]
    for (const other of others) {
      const mask = at(other)
      const agree = base.reduce((count, value, i) => count + (value === mask[i] ? 1 : 0), 0) / size
      expect(Math.abs(agree - 0.5), String(other)).toBeLessThan(4 * Math.sqrt(0.25 / size))
    }
  })

  test('show no pattern: neighbours at any short distance, and bits over many steps, are independent', () => {
    const bound = 4.5 * Math.sqrt(0.25 / size)
    const mask = dropoutMaskValues([0, 0, 0, 0], size, 0.5)
    for (const distance of [1, 2, 3, 4, 8, 16, 64, 128, 256, 1024]) {
      let equal = 0
      for (let i = 0; i < size; i++) if ((mask[i] as number) === mask[(i + distance) % size]) equal++
      expect(Math.abs(equal / size - 0.5), `distance ${distance}`).toBeLessThan(bound)
    }
    const first = (step: number): number => dropoutMaskValues([0, step, 0, 0], 1, 0.5)[0] as number
    const overSteps = Float32Array.from({ length: size }, (_, step) => first(step))
    expect(Math.abs(kept(overSteps) - 0.5)).toBeLessThan(bound)
  })

  test('are drawn in far less time than a step takes', () => {
    const times = Array.from({ length: 50 }, (_, step) => {
      const start = process.cpuUsage()
      dropoutMaskValues([1, step, 0, 0], 64 * 256, 0.3)
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1000
    }).sort((a, b) => a - b)
    // Some 0.05 ms; the bound only catches another order of magnitude.
    expect(times[25]).toBeLessThan(0.5)
  })

  test('refuse a rate outside of [0, 1) and a seed that is no whole number', async () => {
    expect(() => dropoutMaskValues([1], 1, 1)).toThrow('[0, 1)')
    expect(() => dropoutMaskValues([1], 1, Number.NaN)).toThrow('[0, 1)')
    const { tf } = await wasmEngine()
    expect(() => stepRandom(tf, 0.5, 0, 0)).toThrow('whole number')
  })

  test('become tensors of the asked shape', async () => {
    const { tf } = await wasmEngine()
    tf.tidy(() => {
      const mask = stepRandom(tf, 0, 3, 1).dropoutMask(2, [4, 6], 0.25)
      expect(mask.shape).toEqual([4, 6])
      expect(mask.dataSync()).toEqual(dropoutMaskValues([0, 3, 1, 2], 24, 0.25))
    })
  })
})
