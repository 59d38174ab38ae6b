import { describe, expect, it } from 'vitest'
import { foldsOf, onFold } from '../../src/data/folds.ts'
import { splitRows, type SplitRequest } from '../../src/data/splits.ts'
import type { Splits } from '../../src/data/types.ts'

const split = { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 17 } as const
const request = (rows: number, more: Partial<SplitRequest> = {}): SplitRequest => ({
  rows,
  split,
  classes: null,
  groups: null,
  ...more,
})

function folded(of: SplitRequest): { splits: Splits; folds: Splits[] } {
  const splits = splitRows(of)
  return { splits, folds: foldsOf(of, splits).map((fold) => onFold(splits, fold)) }
}

const numbers = (rows: Iterable<number>): number[] => [...rows].sort((a, b) => a - b)

describe('folds', () => {
  it('divide the same training and validation rows, and never touch a test row', () => {
    const { splits, folds } = folded(request(100))
    const known = numbers([...splits.train, ...splits.validation])
    expect(folds).toHaveLength(9)
    for (const { train, validation } of folds) {
      expect(numbers([...train, ...validation])).toEqual(known)
      expect([train.length, validation.length]).toEqual([60, 20])
      expect([...train]).toEqual(numbers(train))
      expect([...validation]).toEqual(numbers(validation))
    }
  })

  it('have validation rows that no other has, until every row was in one', () => {
    const { splits, folds } = folded(request(100))
    const first = [splits, ...folds.slice(0, 3)].flatMap(({ validation }) => [...validation])
    expect(numbers(first)).toEqual(numbers([...splits.train, ...splits.validation]))
    const second = folds.slice(3, 7).flatMap(({ validation }) => [...validation])
    expect(numbers(second)).toEqual(numbers(first))
    expect([...(folds[3]?.validation ?? [])]).not.toEqual([...splits.validation])
  })

  it('have as many rows of each class as the split, also of a class with few', () => {
    const classes = Int32Array.from({ length: 103 }, (_, row) => (row < 60 ? 0 : row < 100 ? 1 : 2))
    const { splits, folds } = folded(request(103, { classes }))
    const counts = (rows: Int32Array): number[] =>
      [0, 1, 2].map((code) => rows.filter((row) => classes[row] === code).length)
    expect(counts(splits.validation)[2]).toBe(1)
    for (const { train, validation } of folds) {
      expect(counts(validation)).toEqual(counts(splits.validation))
      expect(counts(train)).toEqual(counts(splits.train))
    }
  })

  it('have about as many rows as the split, and every class to train on, where groups differ in size', () => {
    for (const share of [0.3, 0.4, 0.5, 0.6, 0.7]) {
      const groups = Int32Array.from({ length: 200 }, (_, row) => (row < share * 200 ? 0 : Math.floor(row / 5)))
      const { splits, folds } = folded(request(200, { groups }))
      for (const { validation } of folds) {
        const ratio = validation.length / splits.validation.length
        expect(ratio).toBeGreaterThanOrEqual(0.5)
        expect(ratio).toBeLessThanOrEqual(1.5)
      }
      expect([share, folds.length > 0]).toEqual([share, share < 0.5])
    }
    const groups = Int32Array.from({ length: 200 }, (_, row) => Math.floor(row / 10))
    const classes = groups.map((group) => (group < 1 ? 1 : 0))
    for (let seed = 1; seed <= 20; seed++) {
      const { splits, folds } = folded(request(200, { groups, classes, split: { ...split, seed } }))
      const has = (rows: Int32Array): boolean => rows.some((row) => classes[row] === 1)
      for (const { train } of folds) expect(has(train) || !has(splits.train)).toBe(true)
    }
  })

  it('keep groups whole', () => {
    const groups = Int32Array.from({ length: 200 }, (_, row) => Math.floor(row / 5))
    const { splits, folds } = folded(request(200, { groups }))
    expect(folds.length).toBeGreaterThan(3)
    for (const { train, validation } of folds) {
      const held = new Set(validation.map((row) => groups[row] ?? -1))
      expect(train.some((row) => held.has(groups[row] ?? -1))).toBe(false)
      expect(Math.abs(validation.length - splits.validation.length)).toBeLessThanOrEqual(10)
    }
  })

  it('are the same each time, and others under another seed', () => {
    const of = (seed: number) => folded(request(80, { split: { ...split, seed } })).folds.map((f) => [...f.validation])
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
  })

  it.each<[string, SplitRequest]>([
    ['validation rows from a file', request(60, { given: { train: numberedTo(60), validation: Int32Array.of(60, 61) } })],
    ['rows in the order of time', request(60, { times: Float64Array.from({ length: 60 }, (_, i) => i) })],
    ['a split that fixes the rows', request(60, { split: { ...split, fixed: true } })],
    ['more validation rows than training rows', request(60, { split: { ...split, validation: 0.5 } })],
  ])('are none for %s', (_, of) => {
    expect(folded(of).folds).toEqual([])
  })
})

function numberedTo(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i)
}
