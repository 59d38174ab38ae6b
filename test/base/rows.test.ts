import { describe, expect, it } from 'vitest'
import { epochOrder, gatherRows } from '../../src/base/rows.ts'

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
