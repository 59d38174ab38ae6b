import { describe, expect, it } from 'vitest'
import { batches, epochOrder, gatherRows, stepsPerEpoch } from '../../src/data/batches.ts'

const rows = Int32Array.from({ length: 10 }, (_, i) => 3 * i)

describe('the order of an epoch', () => {
  it('is a permutation that depends on seed and epoch alone', () => {
    const order = epochOrder(rows, 0, 3)
    expect([...order].sort((a, b) => a - b)).toEqual([...rows])
    expect(epochOrder(rows, 0, 3)).toEqual(order)
    const others = [epochOrder(rows, 0, 4), epochOrder(rows, 1, 3), epochOrder(rows, 3, 0), rows]
    for (const other of others) expect(other).not.toEqual(order)
    expect(rows[1]).toBe(3)
  })
})

describe('batches', () => {
  const sizes = (n: number, size: number, last: 'keep' | 'drop'): number[] =>
    batches(Int32Array.from({ length: n }, (_, i) => i), size, last).map((b) => b.length)

  it('for training are all of one size, as many as there are steps', () => {
    for (const [n, size] of [[10, 3], [9, 3], [10, 10], [10, 1], [1078, 64]] as const) {
      const found = sizes(n, size, 'drop')
      expect(new Set(found)).toEqual(new Set([size]))
      expect(found.length).toBe(stepsPerEpoch(n, size))
      expect(found.length).toBe(Math.floor(n / size))
    }
  })

  it('for training start over where the rows do not fill one', () => {
    expect(batches(Int32Array.of(5, 8, 2), 8, 'drop')).toEqual([Int32Array.of(5, 8, 2, 5, 8, 2, 5, 8)])
    expect(stepsPerEpoch(3, 8)).toBe(1)
  })

  it('for evaluation hold every row once', () => {
    expect(sizes(10, 4, 'keep')).toEqual([4, 4, 2])
    expect(sizes(3, 8, 'keep')).toEqual([3])
    expect(batches(rows, 4, 'keep').flatMap((b) => [...b])).toEqual([...rows])
  })

  it('are none without rows, and refuse a size that is none', () => {
    expect(sizes(0, 4, 'keep')).toEqual([])
    expect(sizes(0, 4, 'drop')).toEqual([])
    expect(stepsPerEpoch(0, 4)).toBe(0)
    for (const size of [0, -1, 1.5, NaN]) expect(() => sizes(10, size, 'keep')).toThrow(/batch size/)
  })
})

describe('gathered rows', () => {
  const matrix = Float32Array.from({ length: 12 }, (_, i) => i)

  it('are copied in order, into a buffer if there is one', () => {
    expect([...gatherRows(matrix, 3, Int32Array.of(3, 0, 3))]).toEqual([9, 10, 11, 0, 1, 2, 9, 10, 11])
    expect([...gatherRows(matrix, 1, Int32Array.of(11, 2))]).toEqual([11, 2])
    const into = new Float32Array(8)
    expect(gatherRows(matrix, 3, Int32Array.of(1, 2), into)).toBe(into)
    expect([...into]).toEqual([3, 4, 5, 6, 7, 8, 0, 0])
    expect(() => gatherRows(matrix, 3, Int32Array.of(1, 2, 3), into)).toThrow(/do not fit/)
  })
})
