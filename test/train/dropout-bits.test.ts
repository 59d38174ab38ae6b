import { describe, expect, it } from 'vitest'
import { fillByLanes, fillOneByOne } from '../../src/train/dropout-bits.ts'

/** Written as the hash is defined: `lowbias32` twice over a Weyl sequence. */
function defined(length: number, first: number, second: number, threshold: number): Uint8Array {
  const mix = (value: number): number => {
    let x = Math.imul(value ^ (value >>> 16), 0x7feb352d)
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
    return x ^ (x >>> 16)
  }
  return Uint8Array.from({ length }, (_, i) =>
    mix(mix((Math.imul(i, 0x9e3779b9) + first) | 0) ^ second) >>> 0 >= threshold ? 1 : 0,
  )
}

const lengths = [0, 1, 15, 16, 17, 31, 32, 4096, 65_536, 65_552, 70_001]
const thresholds = [0, 1, 429_496_730, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000]

describe.each([
  ['one by one', fillOneByOne],
  ['by lanes', fillByLanes()],
] as const)('bits of a dropout mask, %s', (_, fill) => {
  it.skipIf(fill === null).each(lengths)('are those of the hash, for %i of them', (length) => {
    for (const threshold of thresholds) {
      const [first, second] = [Math.imul(length, 0x51ed270b), -777 * length - 1]
      const bits = new Uint8Array(length).fill(7)
      fill?.(bits, first, second, threshold)
      expect(Buffer.compare(bits, defined(length, first, second, threshold)), `${threshold}`).toBe(0)
    }
  })
})
