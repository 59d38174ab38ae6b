import { describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import type { AugmentationPolicy } from '../../src/records/plan.ts'
import { augment, scaledPolicy, type BatchRows } from '../../src/train/augment.ts'

const nothing: AugmentationPolicy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }
const shape = [4, 5, 2]
const size = 40
/** Every pixel differs from every other and none is 0. */
const batchOf = (rows: number): BatchRows => ({
  rows,
  inputs: Float32Array.from({ length: rows * size }, (_, i) => i + 1),
  targets: Float32Array.from({ length: rows * 2 }, (_, i) => (i + (i >> 1)) % 2),
})
const augmented = (rows: number, policy: Partial<AugmentationPolicy>, seed = 1): BatchRows => {
  const batch = batchOf(rows)
  augment(batch, shape, { ...nothing, ...policy }, stream(seed, 'augment'))
  return batch
}
const pixel = (batch: BatchRows, row: number, y: number, x: number): number =>
  batch.inputs[row * size + (y * 5 + x) * 2] as number
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('strength', () => {
  const full: AugmentationPolicy = { shift: 0.2, flip: 0.5, erase: 0.3, noise: 0.1, mixup: 0.4 }
  test('scales every amount', () => {
    expect(scaledPolicy(full, 0.5)).toEqual({ shift: 0.1, flip: 0.25, erase: 0.15, noise: 0.05, mixup: 0.2 })
  })
  test('0 is off, and so is a policy of zeros', () => {
    expect(scaledPolicy(full, 0)).toBeNull()
    expect(scaledPolicy(nothing, 1)).toBeNull()
  })
})

test('amounts of 0 change nothing and draw nothing', () => {
  const random = stream(3)
  const batch = batchOf(8)
  augment(batch, shape, nothing, random)
  expect(batch).toEqual(batchOf(8))
  expect(random.uniform()).toBe(stream(3).uniform())
})

test('the same stream gives the same batch, another stream another', () => {
  const policy = { shift: 0.5, flip: 0.5, erase: 0.5, noise: 0.1, mixup: 0.3 }
  expect(augmented(16, policy)).toEqual(augmented(16, policy))
  expect(augmented(16, policy)).not.toEqual(augmented(16, policy, 2))
})

test('a flip mirrors left and right, keeps channels together, and happens as often as it should', () => {
  const always = augmented(1, { flip: 1 })
  for (let y = 0; y < 4; y++) for (let x = 0; x < 5; x++) expect(pixel(always, 0, y, x)).toBe(pixel(batchOf(1), 0, y, 4 - x))
  const some = augmented(4000, { flip: 0.25 })
  const flips = Array.from({ length: 4000 }, (_, row) => (pixel(some, row, 0, 0) === row * size + 1 ? 0 : 1))
  expect(mean(flips)).toBeCloseTo(0.25, 1)
})

test('a shift moves whole pixels up to its share of each side, in both directions, and zeros move in', () => {
  const rows = 400
  const batch = augmented(rows, { shift: 0.5 })
  const before = batchOf(rows)
  const seen = new Set<string>()
  const expected = Float32Array.from(before.inputs, () => 0)
  for (let row = 0; row < rows; row++) {
    const [down, right] = shiftOf(batch, row)
    seen.add(`${down},${right}`)
    for (let y = Math.max(0, down); y < Math.min(4, 4 + down); y++) {
      for (let x = Math.max(0, right); x < Math.min(5, 5 + right); x++) {
        const at = row * size + (y * 5 + x) * 2
        expected.set([pixel(before, row, y - down, x - right), pixel(before, row, y - down, x - right) + 1], at)
      }
    }
  }
  expect(batch.inputs).toEqual(expected)
  // 2 of 4 pixels up and down; 2.5 of 5 to either side, which is 2 whole ones.
  expect(seen.size).toBe(5 * 5)
})

/** How far a row was moved, from where its first pixel that is left came from. */
function shiftOf(batch: BatchRows, row: number): [number, number] {
  const values = batch.inputs.subarray(row * size, (row + 1) * size)
  const now = values.findIndex((value) => value !== 0)
  const before = (values[now] as number) - 1 - row * size
  const place = (i: number): [number, number] => [Math.floor(i / 10), Math.floor((i % 10) / 2)]
  const [[y, x], [y0, x0]] = [place(now), place(before)]
  return [y - y0, x - x0]
}

test('an erased square lies inside, is square, and has the right mean side', () => {
  const rows = 2000
  const batch = augmented(rows, { erase: 0.4 })
  const sides = Array.from({ length: rows }, (_, row) => {
    const erased = [...batch.inputs.subarray(row * size, (row + 1) * size)].filter((v) => v === 0).length / 2
    return Math.sqrt(erased)
  })
  expect(new Set(sides)).toEqual(new Set([1, 2]))
  // A share of .4 of the shorter side, 4, is 1.6.
  expect(mean(sides)).toBeCloseTo(1.6, 1)
})

test('noise has mean 0 and the SD asked for, and touches no target', () => {
  const batch = augmented(500, { noise: 0.3 })
  const differences = [...batch.inputs].map((value, i) => value - (i + 1))
  expect(mean(differences)).toBeCloseTo(0, 2)
  expect(Math.sqrt(mean(differences.map((d) => d * d)))).toBeCloseTo(0.3, 2)
  expect(batch.targets).toEqual(batchOf(500).targets)
})

test('mixup mixes inputs and targets by one weight with the mirrored row; targets still sum to 1', () => {
  const batch = augmented(6, { mixup: 0.4 })
  const before = batchOf(6)
  const [mixed, own, other] = [batch.inputs[0], before.inputs[0], before.inputs[5 * size]] as [number, number, number]
  const weight = (mixed - other) / (own - other)
  expect(weight).toBeGreaterThan(0)
  expect(weight).toBeLessThan(1)
  for (let row = 0; row < 6; row++) {
    for (const [values, was, width] of [
      [batch.inputs, before.inputs, size],
      [batch.targets, before.targets, 2],
    ] as const) {
      const mixed = weight * (was[row * width] as number) + (1 - weight) * (was[(5 - row) * width] as number)
      expect(values[row * width]).toBeCloseTo(mixed, 3)
    }
    expect((batch.targets[2 * row] as number) + (batch.targets[2 * row + 1] as number)).toBeCloseTo(1, 6)
  }
})

test.each([0.2, 1, 3])('the weight of mixup is Beta(%d, itself): mean 1/2, variance 1 / (4 (2α + 1))', (alpha) => {
  const weights = Array.from({ length: 4000 }, (_, seed) => {
    const batch: BatchRows = { rows: 2, inputs: Float32Array.of(1, 0), targets: Float32Array.of(1, 0) }
    augment(batch, [1], { ...nothing, mixup: alpha }, stream(seed, 'mixup'))
    return batch.inputs[0] as number
  })
  expect(mean(weights)).toBeCloseTo(0.5, 1)
  expect(mean(weights.map((w) => (w - 0.5) ** 2)) * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1)
})

test('numeric rows are neither flipped, shifted nor erased', () => {
  const batch: BatchRows = { rows: 3, inputs: Float32Array.from({ length: 12 }, (_, i) => i), targets: new Float32Array(3) }
  augment(batch, [4], { ...nothing, flip: 1, shift: 0.5, erase: 0.5 }, stream(0))
  expect([...batch.inputs]).toEqual(Array.from({ length: 12 }, (_, i) => i))
})
