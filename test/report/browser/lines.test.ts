import { describe, expect, it } from 'vitest'
import { nearest, rangeOf, smooth } from '../../../src/report/browser/lines.ts'

const line = (y: readonly (number | null)[]) => ({ x: y.map((_, i) => i + 1), y })

describe('lines of the page', () => {
  it('are smoothed without the bias of their start, and gaps stay', () => {
    // 0.5: 4; (0.25·4 + 0.5·8)/0.75; a gap; (0.125·4 + 0.25·8 + 0.5·0)/0.875.
    const { y } = smooth(line([4, 8, null, 0]), 0.5)
    expect(y.map((v) => (v === null ? null : Number(v.toFixed(6))))).toEqual([4, 6.666667, null, 2.857143])
    expect(smooth(line(Array.from({ length: 50 }, () => 3)), 0.98).y.every((v) => Math.abs((v ?? 0) - 3) < 1e-12)).toBe(true)
    expect(smooth(line([1, 2]), 0).y).toEqual([1, 2])
  })

  it('are read at the nearest point', () => {
    const one = { x: [1, 2, 4], y: [0, 0, 0] }
    expect([0, 1.4, 1.6, 2.9, 3.1, 99].map((at) => nearest(one, at))).toEqual([0, 0, 1, 1, 2, 2])
    expect(nearest({ x: [], y: [] }, 1)).toBe(-1)
  })

  it('have the range of what is in sight', () => {
    expect(rangeOf([line([5, 1, 9]), line([null, 2])], 1, 2, false)).toEqual([1, 5])
    expect(rangeOf([line([-5, 0, 9])], 1, 3, true)).toEqual([9, 9])
    expect(rangeOf([], 0, 1, false)).toBeUndefined()
  })
})
